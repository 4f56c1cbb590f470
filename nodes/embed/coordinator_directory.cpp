#include "nodes/embed/coordinator_directory.hpp"

#include "actors/front_door.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe {

coordinator_directory::handles coordinator_directory::current() const {
  std::unique_lock guard{mutex_};
  return now_;
}

void coordinator_directory::note(const supervision_report& what,
                                 const caf::actor& child) {
  const auto& id = what.child.id;
  auto is_up = what.what == supervision_event::progress;
  if (!is_up && what.what != supervision_event::child_terminated)
    return;
  {
    std::unique_lock guard{mutex_};
    if (is_up)
      set(id, child);
    else
      forget(id);
    tell();
  }
  if (is_up && id == "front_door" && on_front_door_)
    on_front_door_(child);
}

/// With an actor of the cluster go those that were started after it.
void coordinator_directory::forget(const std::string& id) {
  auto all = id == "cluster" || id == "store";
  auto from_membership = all || id == "membership";
  auto from_scheduler = from_membership || id == "scheduler";
  if (id == "front_door")
    now_.front_door = nullptr;
  if (id == "agent")
    now_.agent = nullptr;
  if (id == "event_hub")
    now_.events = nullptr;
  if (all)
    now_.store = nullptr;
  if (from_membership)
    now_.membership = nullptr;
  if (from_scheduler)
    now_.scheduler = nullptr;
  if (from_scheduler || id == "coordinator")
    now_.coordinator = nullptr;
}

void coordinator_directory::set(const std::string& id,
                                const caf::actor& child) {
  auto take = [&]<class Handle>(const char* name, Handle& to) {
    if (id == name)
      to = caf::actor_cast<Handle>(child);
  };
  take("front_door", now_.front_door);
  take("agent", now_.agent);
  take("event_hub", now_.events);
  take("store", now_.store);
  take("membership", now_.membership);
  take("scheduler", now_.scheduler);
  take("coordinator", now_.coordinator);
}

/// The same news twice does no harm, and so the order of two restarts does not
/// matter.
void coordinator_directory::tell() const {
  if (now_.front_door)
    caf::anon_send(
      now_.front_door,
      front_door_handles{caf::actor_cast<caf::actor>(now_.coordinator),
                         caf::actor_cast<caf::actor>(now_.scheduler),
                         caf::actor_cast<caf::actor>(now_.membership),
                         caf::actor_cast<caf::actor>(now_.events)});
  if (now_.membership && now_.agent)
    caf::anon_send(now_.membership, use_agent{now_.agent});
  if (!now_.events)
    return;
  auto hub = caf::actor_cast<caf::actor>(now_.events);
  if (now_.membership)
    caf::anon_send(now_.membership, use_event_hub{hub});
  if (now_.coordinator)
    caf::anon_send(now_.coordinator, use_event_hub{hub});
}

} // namespace troupe
