#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/model/job.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe::shell {

/// Estimates how fast tasks end, with simple exponential smoothing over about
/// five seconds (R. G. Brown, "Exponential Smoothing for Predicting Demand",
/// 1956), weighted by the time between two updates.
class rate_meter {
public:
  /// Takes the number of tasks that have ended by `now`. Neither goes back.
  void update(uint64_t done, time_point now);

  /// Returns tasks a second; 0 before the first progress. That is measured from
  /// the first update on: tasks that were begun together end together.
  double per_second() const {
    return per_second_;
  }

  /// Returns the time until `total` are done, or nothing when it cannot be
  /// told (no progress yet, or more than 30 days).
  std::optional<std::chrono::seconds> left(uint64_t total) const;

private:
  std::optional<time_point> at_;
  uint64_t done_ = 0;
  double per_second_ = 0;
  bool measured_ = false;
};

/// Returns how many a second these are, over the whole time.
double average_rate(uint64_t count, uint64_t us);

/// Estimates how fast the tasks of one job end: over its whole time at first
/// and when it has ended, in between over the last seconds.
class job_rate {
public:
  void update(const job_status& job, time_point now);

  double per_second() const {
    return per_second_;
  }

  /// As of `rate_meter`.
  const std::optional<std::chrono::seconds>& left() const {
    return left_;
  }

private:
  rate_meter meter_;
  uint64_t ended_ = 0;
  bool begun_ = false;
  double per_second_ = 0;
  std::optional<std::chrono::seconds> left_;
};

struct progress_view {
  uint64_t done = 0; ///< What succeeded.
  uint64_t total = 0;
  uint64_t dead = 0;
  uint64_t cancelled = 0;
  bool open = false; ///< More tasks are arriving: no share can be told.
  double per_second = 0;
  std::optional<std::chrono::seconds> left;
};

progress_view progress_of(const job_status& job, double per_second,
                          std::optional<std::chrono::seconds> left);

/// Renders one line without a newline: a bar of what has ended, in whatever
/// way, and what succeeded as numbers. It has at most `columns - 1` characters
/// (a full line would wrap on some terminals). What does not fit is left out,
/// the bar first.
std::string render(const progress_view& what, size_t columns);

} // namespace troupe::shell
