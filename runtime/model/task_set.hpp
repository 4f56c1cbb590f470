#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/states.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace troupe {

/// The state of every task of one job, run-length encoded: a map from the
/// first index of each run of equal states to that state. A job of 1e9 tasks
/// costs as many runs as it has leases, backoffs and gaps. The only place
/// where a task's state changes.
class task_set {
public:
  /// Appends `count` tasks in state `ready` (at the end of the index space).
  /// Precondition: `size() + count <= limits::job_tasks_max`.
  /// @returns their range.
  index_range extend(uint64_t count);

  /// Applies one event to every task of `range`, all or nothing; O(log runs).
  /// Errors: `bad_transition` naming range, event and the first state that
  /// refuses it, also when `range` is empty or leaves the set.
  result<void> apply(index_range range, task_event event);

  /// Moves every task that is not in a terminal state to `cancelled`.
  /// @returns how many were moved.
  uint64_t cancel_rest();

  uint64_t size() const {
    return size_;
  }

  uint64_t count(task_state state) const {
    return counts_[static_cast<size_t>(state)];
  }

  /// Precondition: `index < size()`.
  task_state state_of(task_index index) const;

  /// Returns the end of the run of equal states that `index` lies in.
  /// Precondition: `index < size()`.
  task_index end_of_run(task_index index) const;

  /// Returns the maximal runs of `state` in index order.
  std::vector<index_range> ranges(task_state state) const;

  /// Returns whether every task is in a terminal state.
  bool all_ended() const;

  /// Returns the number of runs, the measure of its memory.
  size_t runs() const {
    return runs_.size();
  }

private:
  using run_map = std::map<task_index, task_state>;

  run_map::iterator run_at(task_index index);
  task_index end_of(run_map::iterator run) const;
  uint64_t& count_of(task_state state) {
    return counts_[static_cast<size_t>(state)];
  }

  /// Gives `range`, which lies within the runs [first, last], one state.
  void overwrite(index_range range, run_map::iterator first,
                 run_map::iterator last, task_state to);

  run_map runs_; ///< Start of each run; the last one ends at `size_`.
  uint64_t size_ = 0;
  std::array<uint64_t, task_state_count> counts_{};
};

} // namespace troupe
