#include "actors/coordinator.hpp"

#include <caf/actor_cast.hpp>

/// The COORDINATOR's part that is about its own restart.
namespace troupe {

caf::result<void> coordinator_state::load() {
  return caf::unit;
}

void coordinator_state::use(const use_event_hub& what) {
  options.events = caf::actor_cast<event_hub_actor>(what.events);
}

} // namespace troupe
