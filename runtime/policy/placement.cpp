#include "runtime/policy/placement.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr placement_policy policies[] = {
  {"adaptive", "the worker with the least to do; idle slots steal at the end",
   rank_by_load, false, true},
  {"least_loaded", "the worker with the least to do", rank_by_load, false,
   false},
  {"round_robin", "workers take turns", rank_by_turn, false, false},
  {"locality", "the node that the input names; else as adaptive", rank_by_load,
   true, true},
  {"work_stealing", "workers take turns, and idle slots steal", rank_by_turn,
   false, true},
};

} // namespace

std::span<const placement_policy> placement_policies() {
  return policies;
}

const placement_policy* find_placement(std::string_view name) {
  if (name.empty())
    return &policies[0];
  auto is_named = [name](const auto& x) { return x.name == name; };
  auto found = std::find_if(std::begin(policies), std::end(policies), is_named);
  return found == std::end(policies) ? nullptr : &*found;
}

worker_rank rank_by_load(const worker_load& load, uint64_t served,
                         worker_id worker) {
  // Quotients of equal ratios are equal doubles: IEEE division rounds the
  // exact value, so ties are found although the numbers of slots differ.
  const auto slots = static_cast<double>(std::max(load.slots, 1u));
  const auto cpus = static_cast<double>(offered_cpus(load));
  return {static_cast<double>(load.estimated_ns) / cpus,
          static_cast<double>(load.leases) / slots, served, worker};
}

worker_rank rank_by_turn(const worker_load&, uint64_t served,
                         worker_id worker) {
  return {0, 0, served, worker};
}

} // namespace troupe
