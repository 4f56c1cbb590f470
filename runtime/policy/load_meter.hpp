#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/model/cluster_load.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace troupe {

/// Counts what gets done: totals, rates and run times over the last seconds,
/// and the newest failures. Costs a few additions a slice, and a fixed amount
/// of memory.
class load_meter {
public:
  /// A slice brought `tasks` results that took `busy_ns` together, of which
  /// `failed` are failures.
  void note(uint64_t tasks, uint64_t failed, uint64_t busy_ns, time_point now);

  /// An attempt failed; `what.ago_us` is ignored. Only the last
  /// `limits::recent_failures_max` are kept.
  void note_failure(recent_failure what, time_point now);

  /// Fills in totals, rates, percentiles and failures. The rates are means over
  /// the window, or over the time since the first slice if that is less; a
  /// percentile is at most 19 % too high.
  void tell(cluster_load& out, time_point now) const;

private:
  static constexpr size_t bucket_count = 10;
  static constexpr std::chrono::milliseconds bucket_time{500};
  /// Four run times an octave, from 1 ns to 2^48 ns (78 hours).
  static constexpr size_t steps_per_octave = 4;
  static constexpr size_t length_count = 48 * steps_per_octave;

  struct bucket {
    int64_t number = -1; ///< Of the span of time that it counts.
    uint64_t accepted = 0;
    uint64_t failed = 0;
    std::array<uint64_t, length_count> lengths{}; ///< Tasks by run time.
  };

  static int64_t number_of(time_point now);
  static size_t length_of(uint64_t ns);
  static uint64_t ns_of(size_t length);

  uint64_t accepted_ = 0;
  uint64_t failed_ = 0;
  int64_t first_ = -1; ///< The first span in which something was noted.
  std::array<bucket, bucket_count> buckets_{};
  std::deque<std::pair<time_point, recent_failure>>
    failures_; ///< Oldest first.
};

} // namespace troupe
