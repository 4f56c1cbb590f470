#include "runtime/model/task_set.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <optional>
#include <string>

namespace troupe {

index_range task_set::extend(uint64_t count) {
  assert(count <= limits::job_tasks_max - size_);
  const index_range added{size_, size_ + count};
  if (count == 0)
    return added;
  if (runs_.empty() || runs_.rbegin()->second != task_state::ready)
    runs_.emplace_hint(runs_.end(), size_, task_state::ready);
  size_ += count;
  count_of(task_state::ready) += count;
  return added;
}

result<void> task_set::apply(index_range range, task_event event) {
  auto refuse = [&](const std::string& why) {
    return fail(errc::bad_transition,
                "tasks " + to_string(range) + " refuse the event '"
                  + std::string{to_string(event)} + "': " + why);
  };
  if (range.empty())
    return refuse("the range is empty");
  if (range.end > size_)
    return refuse("the job has only " + std::to_string(size_) + " tasks");
  const auto first = run_at(range.begin);
  auto last = first;
  std::optional<task_state> to;
  for (auto i = first; i != runs_.end() && i->first < range.end; ++i) {
    to = next_state(i->second, event);
    if (!to)
      return refuse("task " + std::to_string(std::max(i->first, range.begin))
                    + " is " + std::string{to_string(i->second)});
    last = i;
  }
  overwrite(range, first, last, *to);
  return {};
}

uint64_t task_set::cancel_rest() {
  uint64_t moved = 0;
  for (auto i = runs_.begin(); i != runs_.end();) {
    if (!is_terminal(i->second)) {
      const auto tasks = end_of(i) - i->first;
      moved += tasks;
      count_of(i->second) -= tasks;
      i->second = task_state::cancelled;
    }
    if (i != runs_.begin() && std::prev(i)->second == i->second)
      i = runs_.erase(i);
    else
      ++i;
  }
  count_of(task_state::cancelled) += moved;
  return moved;
}

task_state task_set::state_of(task_index index) const {
  assert(index < size_);
  return std::prev(runs_.upper_bound(index))->second;
}

task_index task_set::end_of_run(task_index index) const {
  assert(index < size_);
  const auto next = runs_.upper_bound(index);
  return next == runs_.end() ? size_ : next->first;
}

std::vector<index_range> task_set::ranges(task_state state) const {
  std::vector<index_range> found;
  for (auto i = runs_.begin(); i != runs_.end();) {
    const auto run = i++;
    if (run->second == state)
      found.push_back({run->first, i == runs_.end() ? size_ : i->first});
  }
  return found;
}

bool task_set::all_ended() const {
  return count(task_state::succeeded) + count(task_state::dead)
           + count(task_state::cancelled)
         == size_;
}

task_set::run_map::iterator task_set::run_at(task_index index) {
  return std::prev(runs_.upper_bound(index));
}

task_index task_set::end_of(run_map::iterator run) const {
  const auto next = std::next(run);
  return next == runs_.end() ? size_ : next->first;
}

// Neighbours always differ in their state and most events have only one state
// to come from. So a range nearly always lies within one run, and otherwise
// the runs that it covers become one: O(log runs), amortized.
void task_set::overwrite(index_range range, run_map::iterator first,
                         run_map::iterator last, task_state to) {
  for (auto i = first;; ++i) {
    count_of(i->second) -=
      std::min(end_of(i), range.end) - std::max(i->first, range.begin);
    if (i == last)
      break;
  }
  count_of(to) += range.size();
  if (range.end < end_of(last))
    runs_.emplace_hint(std::next(last), range.end, last->second);
  auto behind = std::next(last);
  if (first->first < range.begin) {
    // The part in front stays; all other covered runs go.
    first = runs_.emplace_hint(runs_.erase(std::next(first), behind),
                               range.begin, to);
  } else {
    first->second = to;
    runs_.erase(std::next(first), behind);
  }
  behind = std::next(first);
  if (behind != runs_.end() && behind->second == to)
    runs_.erase(behind);
  if (first != runs_.begin() && std::prev(first)->second == to)
    runs_.erase(first);
}

} // namespace troupe
