#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/child_rules.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The decisions of a supervisor, after Erlang/OTP 25 `supervisor.erl`. Which
/// actor does what about them is in `actors/supervisor.hpp`.
namespace troupe {

std::string_view to_string(restart_type x);
std::string_view to_string(child_type x);
std::string_view to_string(supervision_strategy x);
std::string_view to_string(auto_shutdown x);
std::string_view to_string(child_state x);
std::string_view to_string(supervision_event x);

/// Returns `brutal_kill`, `infinity`, or the time as `5000 ms`.
std::string to_string(const shutdown_rule& x);

// -- Checks -------------------------------------------------------------------

/// Returns the child's rule, or the default of its type.
shutdown_rule shutdown_of(const child_rules& x);

/// Checks one child's spec. The error (`bad_child_spec`) names the field.
/// @param has_start Whether the spec has a start function.
result<void> check_child(const child_rules& x, bool has_start,
                         auto_shutdown mode);

/// Checks a supervisor's flags. The error (`bad_child_spec`) names the field.
result<void> check_flags(const supervisor_flags& x);

/// Checks that no two ids are equal, and that `simple_one_for_one` has exactly
/// one spec. The error (`bad_child_spec`) names the id.
result<void> check_siblings(std::span<const child_rules> all,
                            supervision_strategy strategy);

// -- Ends ---------------------------------------------------------------------

/// Why a child ended, as far as a decision depends on it.
enum class exit_kind : uint8_t {
  normal,
  shutdown, ///< It was asked to, or gave up in order (OTP: `{shutdown, _}`).
  killed,
  abnormal,
};

/// What follows from the end of a child.
enum class exit_verdict : uint8_t {
  restart,
  keep,   ///< Its spec stays, it can be started by hand.
  forget, ///< Its spec goes.
};

/// The table restart type x exit kind. A child of `simple_one_for_one` that
/// is not restarted is always forgotten.
exit_verdict judge_exit(restart_type type, exit_kind how,
                        supervision_strategy strategy);

/// Returns whether the end of a child by itself is reported: not an expected
/// one of a child that is not restarted.
bool is_reported_exit(exit_verdict verdict, exit_kind how);

/// Returns whether the end of a stopped child deviates from its rule.
/// @param was_killed The supervisor killed it, at once or after its time.
bool is_shutdown_error(const shutdown_rule& rule, exit_kind how,
                       bool was_killed, restart_type type);

/// Returns whether the end of a child by itself, which is not restarted, ends
/// its supervisor, too.
/// @param others_significant Other significant children that still live.
bool ends_supervisor(auto_shutdown mode, bool significant,
                     size_t others_significant);

// -- Restarts -----------------------------------------------------------------

/// Who is stopped (in reverse start order) and started with a child.
enum class restart_scope : uint8_t { only_it, it_and_later, all };

/// Returns which children share the restart of one of them.
restart_scope scope_of(supervision_strategy strategy);

/// The sliding window of restarts: one per supervisor. Every attempt counts,
/// also one that fails.
class restart_window {
public:
  restart_window(uint32_t intensity, std::chrono::milliseconds period)
    : intensity_(intensity), period_(period) {
    // nop
  }

  /// Counts a restart. A restart that is exactly one period old still counts.
  /// @returns false if this is one more than tolerated.
  bool add(time_point now);

  /// Returns the restarts that count at that time.
  uint32_t used(time_point now) const;

  /// Returns how many more are tolerated at that time.
  uint32_t left(time_point now) const;

private:
  bool counts(time_point when, time_point now) const;

  uint32_t intensity_;
  std::chrono::milliseconds period_;
  std::deque<time_point> restarts_; ///< At most one more than the intensity.
};

/// The pauses between the restarts of one child.
class restart_backoff {
public:
  /// Returns the pause before the next attempt: none for the first one, then
  /// `min` doubling up to `cap`, jittered to [1/2, 1] of the step.
  /// @param uniform A draw from [0, 1).
  std::chrono::milliseconds next(const restart_backoff_rules& rules,
                                 time_point now, double uniform);

private:
  uint32_t attempts_ = 0;
  std::optional<time_point> last_;
};

// -- Reports ------------------------------------------------------------------

/// Renders a report as one line, e.g. `Supervisor: root/cluster. Context:
/// child_terminated. Reason: killed. Offender: id=scheduler.`
/// @param bytes_max The line is cut to so many bytes, with a mark.
std::string render(const supervision_report& x,
                   size_t bytes_max = limits::report_bytes_max);

/// Renders a report with its full child spec, one field a line.
std::string render_lines(const supervision_report& x);

} // namespace troupe
