#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/policy/placement.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>

namespace troupe {

/// Workers that may take tasks and have room, in the order of their ranks.
/// Each change costs O(log(workers)), so that a scheduler with thousands of
/// them never looks at all.
class worker_pool {
public:
  /// Enters a worker, or moves it.
  /// @param free_slots How many of its slots have nothing to do.
  void put(const worker_rank& rank, uint32_t free_slots);

  void remove(worker_id worker);

  bool empty() const {
    return ranked_.empty();
  }

  size_t size() const {
    return ranked_.size();
  }

  bool contains(worker_id worker) const {
    return places_.contains(worker);
  }

  /// Returns how many slots of its workers have nothing to do.
  uint64_t free_slots() const {
    return free_slots_;
  }

  const std::set<worker_rank>& ranked() const {
    return ranked_;
  }

private:
  struct place {
    worker_rank rank;
    uint32_t free_slots = 0;
  };

  std::set<worker_rank> ranked_;
  std::unordered_map<worker_id, place> places_;
  uint64_t free_slots_ = 0;
};

} // namespace troupe
