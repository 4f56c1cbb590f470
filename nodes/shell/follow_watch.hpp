#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/session.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace troupe::shell {

/// What every command does that follows something: it ends with Ctrl-C, with
/// `--timeout` and when nobody reads what it writes, and says what it lost and
/// when that is back.
class follow_watch {
public:
  /// While it lives, Ctrl-C is polled for.
  explicit follow_watch(session& self);
  ~follow_watch();

  follow_watch(const follow_watch&) = delete;
  follow_watch& operator=(const follow_watch&) = delete;

  /// Waits for that time, or until it ends.
  /// @returns whether to go on.
  bool pause(std::chrono::milliseconds time);

  /// Returns whether Ctrl-C came, `--timeout` is over or stdout is gone.
  bool is_over() const;

  /// Says that something is lost, once until `found`.
  void lost(const std::string& why);

  /// Says that it is back, if it was lost.
  void found();

  /// Returns how the command ends then.
  outcome<exit_code> ending() const;

private:
  session& self_;
  std::chrono::steady_clock::time_point began_;
  std::optional<std::chrono::milliseconds> timeout_;
  bool is_lost_ = false;
};

} // namespace troupe::shell
