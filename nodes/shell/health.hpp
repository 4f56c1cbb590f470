#pragma once

#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/failure.hpp"
#include "nodes/shell/invocation.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Judges a cluster for monitoring, as plugins of Nagios do.
namespace troupe::shell {

/// Its value is the exit code of `troupe check`.
enum class health : int { ok = 0, warning = 1, critical = 2 };

std::string_view to_string(health what);

/// When a number is worth a warning, and when it is critical. A number that is
/// missing is never reached.
struct alarm_levels {
  std::optional<uint64_t> warn;
  std::optional<uint64_t> crit;
};

/// What to look at. Durations are in microseconds.
struct health_rules {
  alarm_levels queue;          ///< More tasks ready than this.
  alarm_levels oldest_us;      ///< The oldest of them waits longer.
  alarm_levels failures;       ///< More attempts failed in a minute.
  alarm_levels workers{{}, 1}; ///< Fewer workers take work than this.

  /// Reads the options of `troupe check`. Failures: a level that warns later
  /// than it is critical.
  static outcome<health_rules> read(const invocation& call);
};

/// One thing that is wrong.
struct health_problem {
  health level = health::warning;
  std::string text; ///< Without a full stop; escaped.
};

/// What a check found.
struct health_report {
  health level = health::ok;
  std::vector<health_problem> problems; ///< The worst first.
};

health_report judge(const cluster_view& view, const health_rules& rules);

/// Returns one line: the state, what is wrong or how things are, and after `|`
/// the numbers as monitoring programs read them.
std::string health_line(const health_report& report, const cluster_view& view,
                        const health_rules& rules);

std::string health_json(const health_report& report, const cluster_view& view);

/// Return the same when nobody could be asked.
std::string unreachable_line(const std::string& why);
std::string unreachable_json(const std::string& why);

} // namespace troupe::shell
