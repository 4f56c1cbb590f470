#include "runtime/function/count_table.hpp"

#include <algorithm>
#include <functional>

namespace troupe {

uint64_t count_table::hash_of(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}

uint64_t& count_table::insert(size_t at, uint64_t hash, std::string_view key,
                              uint64_t initial) {
  entries_.push_back({keys_.size(), key.size(), initial});
  keys_.append(key);
  slots_[at] = uint64_t{tag(hash)} << 32 | entries_.size();
  return entries_.back().value;
}

void count_table::grow() {
  constexpr size_t slots_min = 1024;
  slots_.assign(std::max(slots_min, slots_.size() * 2), 0);
  mask_ = slots_.size() - 1;
  for (size_t i = 0; i < entries_.size(); ++i) {
    auto hash = hash_of(key_of(entries_[i]));
    auto at = hash & mask_;
    while (slots_[at] != 0)
      at = (at + 1) & mask_;
    slots_[at] = uint64_t{tag(hash)} << 32 | (i + 1);
  }
}

void count_table::clear() {
  std::fill(slots_.begin(), slots_.end(), 0);
  entries_.clear();
  keys_.clear();
}

} // namespace troupe
