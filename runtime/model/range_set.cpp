#include "runtime/model/range_set.hpp"

#include <algorithm>
#include <iterator>

namespace troupe {

uint64_t range_set::add(index_range range) {
  if (range.empty())
    return 0;
  auto first = runs_.upper_bound(range.begin);
  if (first != runs_.begin() && std::prev(first)->second >= range.begin)
    --first;
  else
    first = runs_.emplace_hint(first, range.begin, range.begin);
  // From here on `first` begins at or before the range and reaches it.
  auto fresh = range.size();
  fresh -= std::min(first->second, range.end) - range.begin;
  auto end = std::max(first->second, range.end);
  for (auto i = std::next(first); i != runs_.end() && i->first <= end;) {
    // It may touch the end of the range without having an index in it.
    fresh -= std::min(i->second, range.end) - std::min(i->first, range.end);
    end = std::max(end, i->second);
    i = runs_.erase(i);
  }
  first->second = end;
  size_ += fresh;
  return fresh;
}

bool range_set::contains(task_index index) const {
  auto i = runs_.upper_bound(index);
  return i != runs_.begin() && index < std::prev(i)->second;
}

task_index range_set::first_in(index_range range) const {
  if (range.empty() || contains(range.begin))
    return range.empty() ? range.end : range.begin;
  auto i = runs_.upper_bound(range.begin);
  return i == runs_.end() ? range.end : std::min(i->first, range.end);
}

std::vector<index_range> range_set::gaps(index_range range) const {
  std::vector<index_range> result;
  auto next = range.begin;
  auto i = runs_.upper_bound(range.begin);
  if (i != runs_.begin())
    next = std::max(next, std::prev(i)->second);
  for (; i != runs_.end() && i->first < range.end; ++i) {
    result.push_back({next, i->first});
    next = i->second;
  }
  if (next < range.end)
    result.push_back({next, range.end});
  return result;
}

size_t range_set::bytes() const {
  // A node of the tree: its links, its value, and the allocator's header.
  return runs_.size() * (4 * sizeof(void*) + 2 * sizeof(task_index) + 16);
}

void range_set::clear() {
  runs_.clear();
  size_ = 0;
}

} // namespace troupe
