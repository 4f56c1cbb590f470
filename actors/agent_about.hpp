#pragma once

#include "actors/event_ring.hpp"
#include "runtime/base/config_value.hpp"
#include "runtime/base/error.hpp"
#include "runtime/telemetry/log_ring.hpp"
#include "runtime/wire/question_messages.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What an agent can tell about the process that it lives in. Whoever starts
/// the node says it; what is missing the agent says to be missing.
struct agent_about {
  std::string role; ///< Of the agent: `coordinator` or `worker`.
  /// All options, in the order of their table; none: not started by options.
  std::vector<config_value> config;
  std::shared_ptr<const log_ring> log;      ///< Both roles share one.
  std::shared_ptr<const event_ring> events; ///< Of a coordinator.
  /// Returns where the node listens; none: nowhere. Thread-safe.
  std::function<std::string()> listen;
};

/// Answers what is asked about the node as a whole:
///
/// | topic    | `text`                           | answer                 |
/// | -------- | -------------------------------- | ---------------------- |
/// | `node`   | -                                | what the process uses  |
/// | `config` | -                                | its options            |
/// | `log`    | `after`, `most`, `last`, `level` | lines of its log       |
/// | `events` | `after`, `most`                  | events that it keeps   |
///
/// @returns one JSON document, or nothing for another topic. Errors:
///          `bad_usage` for a wrong `text`, `unknown_child` from a role that
///          keeps no events.
std::optional<result<std::string>> answer_about(const agent_about& about,
                                                caf::actor_system& system,
                                                const ask_node& what);

} // namespace troupe
