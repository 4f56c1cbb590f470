#pragma once

#include "runtime/base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace troupe {

/// How often tasks have failed and been blamed for crashes, run-length encoded:
/// a slice of a thousand failures costs one entry. Tasks that did neither cost
/// nothing.
class attempt_counts {
public:
  struct counts {
    uint32_t failed = 0;
    uint32_t blamed = 0;

    friend bool operator==(const counts&, const counts&) = default;
  };

  /// Adds to the counts of every task of `range`; O(log runs) and one step for
  /// each run in the range.
  void add(index_range range, counts what);

  /// Drops the counts of every task of `range`.
  void forget(index_range range);

  counts of(task_index index) const;

  /// Returns the first task of `range` that has a count, or `range.end`.
  task_index first_in(index_range range) const;

  bool empty() const {
    return runs_.empty();
  }

  size_t runs() const {
    return runs_.size();
  }

  /// Returns about how much memory it holds beside itself.
  size_t bytes() const;

  void clear() {
    runs_.clear();
  }

private:
  struct run {
    task_index end = 0;
    counts what;
  };
  using run_map = std::map<task_index, run>;

  /// Makes a run begin at `at`, if one goes through it.
  /// @returns the first run that begins at or behind it.
  run_map::iterator cut(task_index at);

  /// Joins the run at `at`, if one begins there, with an equal one before it.
  void join(task_index at);

  run_map runs_; ///< By first index; none of them is zero.
};

} // namespace troupe
