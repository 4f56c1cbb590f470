#pragma once

#include "runtime/base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace troupe {

/// Tasks of one job that may run now and share their history.
struct ready_range {
  index_range range;
  uint32_t attempt = 1; ///< Executions that failed, + 1.
  uint32_t crashes = 0; ///< Leases lost with their worker that covered it.
  uint32_t blamed = 0;  ///< Of them, those that it had a worker alone with.

  friend bool operator==(const ready_range&, const ready_range&) = default;
};

/// Index ranges that wait for a worker: per job ordered by index, jobs ordered
/// by a comparator that the owner gives (policy stays outside of the model).
/// Memory is proportional to the number of ranges, not of tasks.
class ready_queue {
public:
  using job_order = std::function<bool(job_id, job_id)>;

  /// @param order A strict weak order; must not change its mind about a job
  ///              that is queued. Equal jobs come in the order of their ids.
  explicit ready_queue(job_order order = std::less<job_id>{});

  /// Adds a range; joins it with a neighbour of the same history, unless a
  /// crash split them.
  /// Precondition: not empty, overlaps nothing that is queued of this job.
  void push(job_id job, const ready_range& what);

  /// Takes at most `most` tasks from the lowest queued range of `job`.
  /// @returns nothing when the job has none or `most` is 0.
  std::optional<ready_range> pop(job_id job, uint64_t most);

  /// Returns what `pop` would take from, without its size limit.
  const ready_range* front(job_id job) const;

  /// Returns the first queued range of a job that ends behind `from`; null if
  /// there is none. Valid until the queue changes.
  const ready_range* next(job_id job, task_index from) const;

  /// Returns what is queued of `range`, cut to it, in index order.
  std::vector<ready_range> parts(job_id job, index_range range) const;

  /// Takes what is queued of `range` out; what lies around it stays.
  /// @returns what was taken, as `parts` would have.
  std::vector<ready_range> take(job_id job, index_range range);

  /// Drops everything of a job; returns how many tasks that was.
  uint64_t remove(job_id job);

  /// Calls `visit(job)` in order until it returns false. `visit` may pop from
  /// or remove the job that it was given, and push; it must not empty others.
  void for_each_job(const std::function<bool(job_id)>& visit) const;

  /// Returns queued tasks of one job or of all.
  uint64_t tasks(job_id job) const;
  uint64_t tasks() const {
    return tasks_;
  }

  /// Returns the number of ranges, the measure of its memory.
  size_t ranges() const {
    return ranges_;
  }

  bool empty() const {
    return tasks_ == 0;
  }

private:
  struct entry {
    /// By the range's end, because `pop` moves only its begin.
    std::map<task_index, ready_range> ranges;
    uint64_t tasks = 0;
  };
  using entry_map = std::unordered_map<job_id, entry>;

  void erase(entry_map::iterator job);

  entry_map jobs_;                    ///< Only jobs that have something queued.
  std::set<job_id, job_order> order_; ///< The keys of `jobs_`.
  uint64_t tasks_ = 0;
  size_t ranges_ = 0;
};

} // namespace troupe
