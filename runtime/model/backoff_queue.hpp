#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/ready_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {

/// Failed tasks that wait for their next attempt, ordered by due time.
class backoff_queue {
public:
  struct entry {
    job_id job = 0;
    ready_range what;
  };

  /// An entry that is not due yet.
  struct waiting {
    time_point due{};
    ready_range what;
  };

  /// Precondition: overlaps nothing that waits of this job.
  void push(time_point due, job_id job, const ready_range& what);

  /// Removes and returns what is due at `now` or was before, earliest first;
  /// of the same due time in the order of arrival.
  std::vector<entry> pop_due(time_point now);

  /// Returns what waits of `range`, cut to it, in index order.
  std::vector<ready_range> parts(job_id job, index_range range) const;

  /// Returns the first of a job's entries that ends behind `from`, and when it
  /// is due; nothing if there is none.
  std::optional<waiting> next(job_id job, task_index from) const;

  /// Returns when a task is due; nothing when it does not wait here.
  std::optional<time_point> due_of(job_id job, task_index index) const;

  /// Takes what waits of `range` out; what lies around it stays due as it was.
  void take(job_id job, index_range range);

  /// Returns when the owner must look again; nothing when it is empty.
  std::optional<time_point> next_due() const;

  /// Drops everything of a job.
  void remove(job_id job);

  size_t size() const {
    return entries_.size();
  }

  /// Returns how many tasks wait.
  uint64_t tasks() const {
    return tasks_;
  }

private:
  /// Due time, then order of arrival.
  using key = std::pair<time_point, uint64_t>;

  void forget(key at);

  std::map<key, entry> entries_;
  /// By the end of each entry's range.
  std::unordered_map<job_id, std::map<task_index, key>> by_job_;
  uint64_t tasks_ = 0;
  uint64_t last_ = 0;
};

} // namespace troupe
