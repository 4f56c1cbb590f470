#pragma once

#include "runtime/base/clock.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe {

/// How fast tasks end, and how long they run, over the last seconds: a ring of
/// buckets of a quarter of a second, each with counts and a histogram of run
/// times. Costs a few additions for each slice and always the same memory
/// (about 64 KiB).
class load_meter {
public:
  static constexpr std::chrono::milliseconds bucket_time{250};
  static constexpr size_t buckets = 16;
  /// Rates are over this time, or over the time since the first observation.
  static constexpr auto window = bucket_time * buckets;
  /// Rates are over no less than this: or the first slice would make a peak.
  static constexpr std::chrono::milliseconds window_min{1000};

  /// A histogram's classes: values below 8 exactly, then 8 for each power of
  /// two, so that a class is 12.5 % wide at most.
  static constexpr size_t classes = 496;

  /// Returns the class of a value.
  static size_t class_of(uint64_t value);

  /// Returns the middle of a class; `class_of(middle_of(x)) == x`.
  static uint64_t middle_of(size_t number);

  struct rates {
    double accepted_per_s = 0;
    double failed_per_s = 0;
    /// Of the run time of a task, in nanoseconds; 0: none ran.
    uint64_t run_ns_p50 = 0;
    uint64_t run_ns_p90 = 0;
    uint64_t run_ns_p99 = 0;
  };

  /// Notes that `tasks` tasks ended, `failed` of them without a result, and ran
  /// for `busy_ns` together. A `now` before an earlier one counts as that.
  void observe(time_point now, uint64_t tasks, uint64_t failed,
               uint64_t busy_ns);

  rates measure(time_point now) const;

  uint64_t accepted() const {
    return accepted_;
  }

  uint64_t failed() const {
    return failed_;
  }

private:
  struct bucket {
    /// Which quarter of a second since the clock's epoch it is about, from 1;
    /// 0: none.
    int64_t number = 0;
    uint64_t accepted = 0;
    uint64_t failed = 0;
    std::array<uint64_t, classes> run_ns{};
  };

  static int64_t number_of(time_point when);
  void turn(time_point now);

  std::array<bucket, buckets> ring_;
  bucket* current_ = nullptr;
  time_point current_end_{};
  int64_t first_ = 0; ///< The number of the first bucket ever; 0: none.
  uint64_t accepted_ = 0;
  uint64_t failed_ = 0;
};

} // namespace troupe
