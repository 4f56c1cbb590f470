#pragma once

#include "runtime/telemetry/log.hpp"

#include <caf/fwd.hpp>

#include <chrono>

namespace troupe {

/// At most one warning of each kind per actor in this time; the next one says
/// how many were left out.
constexpr std::chrono::seconds harden_warning_interval{10};

/// Makes a long-lived actor survive what CAF would let it die of, and die of
/// an exception with a reason that people understand:
///
/// * a message that it does not know is dropped with a warning; a request gets
///   the error `protocol_violation`. (CAF answers any such message with an
///   error, and that error kills its receiver.)
/// * an error message is logged and dropped. (CAF ends its receiver.)
/// * an exception in a handler is logged and ends the actor with an error of
///   code `internal`, which supervisors and requesters get to see.
///
/// Call it first in the function that makes the behaviour; handlers that the
/// actor sets later replace these. `self` is any typed or dynamically typed
/// event-based actor or broker.
void harden(caf::scheduled_actor* self, logger_ptr log);

} // namespace troupe
