#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace troupe {

struct retry_policy {
  std::chrono::milliseconds base{100};
  std::chrono::milliseconds cap{10'000};
  uint32_t max_attempts = 4; ///< At least 1.
};

/// Returns the wait before the next attempt: uniform in [0, ceiling) with
/// ceiling = min(cap, base * 2^(failed - 1)) ("full jitter").
///
/// @param failed  Attempts that failed so far; at least 1.
/// @param uniform A draw from [0, 1); passed in to keep the function pure.
/// @returns Milliseconds, rounded down; `nullopt`: give the task up.
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS, 2015.
std::optional<std::chrono::milliseconds>
next_delay(const retry_policy& policy, uint32_t failed, double uniform);

/// The wait between two attempts to reach a peer: doubles from `min` to `max`.
/// Precondition: 0 < min <= max.
class reconnect_backoff {
public:
  reconnect_backoff(std::chrono::milliseconds min,
                    std::chrono::milliseconds max)
    : min_(min), max_(max), next_(min) {
    // nop
  }

  /// Returns the wait before the next attempt, jittered to [1/2, 1] of the
  /// step so that a herd spreads out.
  /// @param uniform A draw from [0, 1).
  std::chrono::milliseconds next(double uniform);

  /// Call it when a connection was made.
  void reset() {
    next_ = min_;
  }

private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds next_;
};

} // namespace troupe
