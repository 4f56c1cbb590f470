#include "runtime/policy/worker_pool.hpp"

namespace troupe {

void worker_pool::put(const worker_rank& rank, uint32_t free_slots) {
  auto [i, is_new] = places_.try_emplace(rank.worker);
  auto& at = i->second;
  free_slots_ += free_slots;
  free_slots_ -= at.free_slots;
  at.free_slots = free_slots;
  if (!is_new) {
    if (at.rank == rank)
      return;
    // The node of the set is used again: nothing is allocated for a move.
    auto node = ranked_.extract(at.rank);
    node.value() = rank;
    ranked_.insert(std::move(node));
  } else {
    ranked_.insert(rank);
  }
  at.rank = rank;
}

void worker_pool::remove(worker_id worker) {
  auto i = places_.find(worker);
  if (i == places_.end())
    return;
  free_slots_ -= i->second.free_slots;
  ranked_.erase(i->second.rank);
  places_.erase(i);
}

} // namespace troupe
