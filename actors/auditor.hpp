#pragma once

#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

struct auditor_state {
  static constexpr const char* name = "auditor"; ///< Shown in logs.
};

/// Creates the behavior of an AUDITOR. To replay a full history takes tens of
/// milliseconds: too long for the COORDINATOR, whose thread has the heartbeats.
auditor_actor::behavior_type
auditor(auditor_actor::stateful_pointer<auditor_state> self, logger_ptr log);

} // namespace troupe
