#include "nodes/embed/worker_directory.hpp"

#include <caf/actor_cast.hpp>

namespace troupe {

worker_directory::handles worker_directory::current() const {
  std::unique_lock guard{mutex_};
  return now_;
}

void worker_directory::note(const supervision_report& what,
                            const caf::actor& child) {
  auto is_up = what.what == supervision_event::progress;
  if (!is_up && what.what != supervision_event::child_terminated)
    return;
  std::unique_lock guard{mutex_};
  const auto& id = what.child.id;
  auto now = is_up ? child : caf::actor{};
  if (id == "worker")
    now_.worker = caf::actor_cast<worker_actor>(now);
  // Whatever ends takes the uplink, the last of them, along.
  if (!is_up)
    now_.uplink = nullptr;
  else if (id == "uplink")
    now_.uplink = caf::actor_cast<uplink_actor>(now);
}

} // namespace troupe
