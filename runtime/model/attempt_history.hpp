#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/records.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace troupe {

/// The failed attempts of the tasks of one job that may still succeed: what a
/// dead letter tells of its past. A task has at most
/// `limits::history_attempts_max` entries (the first and the last ones), the
/// job at most `limits::history_bytes_max` bytes; what would exceed them is
/// dropped, so that a dead letter may know its last attempt only.
class attempt_history {
public:
  /// Remembers an attempt that failed; clips its text to
  /// `limits::history_text_bytes_max`.
  void add(task_index task, attempt_record what);

  /// Removes and returns the history of a task that is given up, oldest first,
  /// with its last attempt (whose text stays whole) at the end.
  std::vector<attempt_record> take(task_index task, attempt_record last);

  /// Drops the history of a task that succeeded, if it has one.
  void forget(task_index task);

  /// Returns the history of a task, oldest first; null if it has none. Valid
  /// until the next change.
  const std::vector<attempt_record>* find(task_index task) const;

  /// Returns the first task in `range` with a history, or `range.end`.
  task_index first_in(index_range range) const;

  size_t bytes() const {
    return bytes_;
  }

private:
  using entries = std::vector<attempt_record>;

  void erase(std::map<task_index, entries>::iterator what);

  std::map<task_index, entries> tasks_;
  size_t bytes_ = 0;
};

} // namespace troupe
