#pragma once

#include "runtime/policy/credit.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace troupe {

/// Returns the position of the worker that should get the next lease: the one
/// with the least estimated outstanding time per slot; of equals the one with
/// fewer leases per slot, then the first at or after `turn` (round robin).
/// Candidates are positions into `loads`; nothing when there are none.
std::optional<size_t> least_loaded(const std::vector<worker_load>& loads,
                                   const std::vector<size_t>& candidates,
                                   size_t turn);

} // namespace troupe
