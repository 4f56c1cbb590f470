#pragma once

#include "runtime/base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace troupe {

/// A set of task indices, run-length encoded: it costs as many entries as it
/// has maximal runs, so that "all but three of 10^9" is small. An empty one
/// holds no memory of its own.
class range_set {
public:
  /// Adds every index of `range`; O(log runs), amortized.
  /// @returns how many of them are new.
  uint64_t add(index_range range);

  bool contains(task_index index) const;

  /// Returns the first index of `range` that is in the set, or `range.end`.
  task_index first_in(index_range range) const;

  /// Returns the maximal runs of `range` that are not in the set, ascending.
  std::vector<index_range> gaps(index_range range) const;

  /// Returns how many indices are in the set.
  uint64_t size() const {
    return size_;
  }

  bool empty() const {
    return size_ == 0;
  }

  size_t runs() const {
    return runs_.size();
  }

  /// Returns about how much memory it holds beside itself.
  size_t bytes() const;

  void clear();

private:
  std::map<task_index, task_index> runs_; ///< Begin to end; none touch.
  uint64_t size_ = 0;
};

} // namespace troupe
