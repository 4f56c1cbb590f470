#include "actors/connector.hpp"

#include "runtime/base/limits.hpp"

#include <utility>

namespace troupe {

caf::behavior connector(caf::event_based_actor* self,
                        const dial_reader_actor& reader,
                        const std::shared_ptr<dialer>& dial) {
  self->send(self, connect_atom::value);
  return {
    [=](connect_atom) {
      dialed message;
      if (auto to = dial->dial(limits::connect_timeout_default))
        message.to = std::make_shared<const connection>(std::move(*to));
      else
        message.why = std::move(to.error());
      self->send(reader, std::move(message));
      self->quit();
    },
  };
}

} // namespace troupe
