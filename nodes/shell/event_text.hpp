#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/invocation.hpp"
#include "runtime/wire/event_json.hpp"

#include <optional>
#include <string>
#include <vector>

/// Events for people, and which of them they want.
namespace troupe::shell {

/// Which events are shown. What is missing does not matter.
struct event_filter {
  std::optional<job_id> job;
  std::optional<std::string> node;
  std::vector<event_kind> kinds; ///< None: all.

  /// Reads `--job`, `--node` and `--kind`. Failures: an unknown kind, with the
  /// nearest names.
  static outcome<event_filter> read(const invocation& call);

  bool wants(const event& what) const;

  /// Returns whether all events are wanted.
  bool wants_all() const {
    return !job && !node && kinds.empty();
  }

  /// Returns what is wanted, as in `of job 7 and of node a`; empty: all.
  std::string text() const;
};

/// Returns what happened as one sentence, escaped: `job 7 succeeded: ...`.
std::string event_sentence(const event& what);

/// Returns `TIME KIND SENTENCE` with a newline; the time is UTC.
std::string event_line(const event& what);

} // namespace troupe::shell
