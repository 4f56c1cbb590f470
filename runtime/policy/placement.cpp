#include "runtime/policy/placement.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace troupe {

std::optional<size_t> least_loaded(const std::vector<worker_load>& loads,
                                   const std::vector<size_t>& candidates,
                                   size_t turn) {
  // Quotients of equal ratios are equal doubles: IEEE division rounds the
  // exact value, so ties are found although the numbers of slots differ.
  auto cost = [&](size_t position) {
    const auto& load = loads[position];
    const auto slots = static_cast<double>(std::max(load.slots, 1u));
    const auto n = loads.size();
    return std::tuple{static_cast<double>(load.estimated_ns) / slots,
                      static_cast<double>(load.leases) / slots,
                      (position + n - turn % n) % n};
  };
  auto is_better = [&](size_t x, size_t y) { return cost(x) < cost(y); };
  const auto best =
    std::min_element(candidates.begin(), candidates.end(), is_better);
  if (best == candidates.end())
    return std::nullopt;
  assert(*best < loads.size());
  return *best;
}

} // namespace troupe
