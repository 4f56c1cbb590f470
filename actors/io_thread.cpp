#include "actors/io_thread.hpp"

#include <caf/io/middleman.hpp>

namespace troupe {

void send_on_io_thread(caf::actor_system& where, caf::strong_actor_ptr sender,
                       const caf::strong_actor_ptr& receiver,
                       caf::message what) {
  if (!receiver)
    return;
  caf::execution_unit* unit = nullptr;
  if (where.has_middleman())
    unit = &where.middleman().backend();
  receiver->enqueue(std::move(sender), caf::make_message_id(), std::move(what),
                    unit);
}

} // namespace troupe
