#include "runtime/model/attempt_counts.hpp"

#include <algorithm>
#include <iterator>

namespace troupe {

void attempt_counts::add(index_range range, counts what) {
  if (range.empty() || what == counts{})
    return;
  cut(range.end);
  auto i = cut(range.begin);
  for (auto next = range.begin; next < range.end;) {
    if (i == runs_.end() || i->first > next) {
      auto end = i == runs_.end() ? range.end : std::min(i->first, range.end);
      i = runs_.emplace_hint(i, next, run{end, what});
    } else {
      i->second.what.failed += what.failed;
      i->second.what.blamed += what.blamed;
    }
    next = i->second.end;
    join(i->first); // Erases at most `i`, whose part is done.
    i = runs_.lower_bound(next);
  }
  join(range.end);
}

void attempt_counts::forget(index_range range) {
  if (runs_.empty() || range.empty())
    return;
  cut(range.end);
  auto i = cut(range.begin);
  while (i != runs_.end() && i->first < range.end)
    i = runs_.erase(i);
}

attempt_counts::counts attempt_counts::of(task_index index) const {
  auto i = runs_.upper_bound(index);
  if (i == runs_.begin() || std::prev(i)->second.end <= index)
    return {};
  return std::prev(i)->second.what;
}

task_index attempt_counts::first_in(index_range range) const {
  if (range.empty() || of(range.begin) != counts{})
    return range.empty() ? range.end : range.begin;
  auto i = runs_.upper_bound(range.begin);
  return i == runs_.end() ? range.end : std::min(i->first, range.end);
}

size_t attempt_counts::bytes() const {
  return runs_.size() * (4 * sizeof(void*) + sizeof(run_map::value_type) + 16);
}

attempt_counts::run_map::iterator attempt_counts::cut(task_index at) {
  auto i = runs_.lower_bound(at);
  if (i == runs_.begin() || std::prev(i)->second.end <= at)
    return i;
  auto& before = std::prev(i)->second;
  i = runs_.emplace_hint(i, at, run{before.end, before.what});
  before.end = at;
  return i;
}

void attempt_counts::join(task_index at) {
  auto i = runs_.find(at);
  if (i == runs_.end() || i == runs_.begin())
    return;
  auto& before = std::prev(i)->second;
  if (before.end != at || before.what != i->second.what)
    return;
  before.end = i->second.end;
  runs_.erase(i);
}

} // namespace troupe
