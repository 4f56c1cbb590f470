#pragma once

#include "runtime/base/error.hpp"
#include "runtime/wire/messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Events as JSON: between a node and whoever asks it for the last ones, and
/// for people. The keys are a promise.
namespace troupe {

/// Returns the name of a kind: `job_state`, `node_joined` and so on.
std::string_view to_string(event_kind kind);

/// Returns the kind of that name, or nothing.
std::optional<event_kind> parse_event_kind(std::string_view name);

/// Returns the names of all kinds, in the order of their values.
std::vector<std::string> event_kind_names();

/// Returns whether events of that kind are about a job or one of its tasks.
bool is_of_job(event_kind kind);

/// Returns whether events of that kind are about a task.
bool is_of_task(event_kind kind);

/// Renders an event as one JSON object on one line.
std::string event_json(const event& what);

/// What a node says about the events that it keeps.
struct kept_events {
  uint64_t id = 0;   ///< Of the process that keeps them.
  uint64_t last = 0; ///< The number of the newest event.
  uint64_t next = 0; ///< Behind the last one that is here.
  uint64_t lost = 0; ///< Asked for, but gone already.
  bool more = false; ///< There are further ones behind `next`.
  std::vector<event> events;
};

/// Renders them as one JSON object.
std::string kept_events_json(const kept_events& what);

/// The inverse. Errors: `protocol_violation` for what is no such document.
result<kept_events> parse_kept_events(std::string_view json);

} // namespace troupe
