#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/cluster_load.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What failed lately, for people: the last attempts, and news of them for
/// whoever follows events. However many fail, the news are few: so many single
/// ones in an interval, then one sum for each of some jobs, and one for the
/// others. Pure.
class failure_log {
public:
  /// Single news in one interval, and jobs that are summed up at its end.
  static constexpr size_t news_max = 32;
  static constexpr auto interval = limits::progress_interval;

  struct failure {
    job_id job = 0;
    task_index index = 0;
    errc code = errc::function_failed;
    const std::string& text;
    const std::string& node;
    bool dead = false; ///< The task was given up.
  };

  /// One event to publish.
  struct news {
    job_id job = 0; ///< 0: of several.
    task_index index = 0;
    std::string node; ///< Empty: of several.
    bool dead = false;
    std::string text;
  };

  void note(const failure& what, time_point now);

  /// Returns the last failures, the newest first.
  std::vector<recent_failure> recent(time_point now) const;

  /// Returns the news that may leave now.
  std::vector<news> take_news(time_point now);

  /// Returns when sums are due that wait for the end of an interval.
  std::optional<time_point> next_due() const;

private:
  struct kept {
    recent_failure what;
    time_point at{};
  };

  /// What was not told one by one.
  struct sum {
    uint64_t failed = 0;
    uint64_t dead = 0;
    task_index last = 0;
  };

  void add_sum(const failure& what);
  void append_sums(std::vector<news>& out);

  std::deque<kept> recent_; ///< The oldest first.
  std::vector<news> news_;
  time_point interval_end_{};
  size_t told_ = 0; ///< In this interval.
  std::map<job_id, sum> sums_;
  sum others_;
};

} // namespace troupe
