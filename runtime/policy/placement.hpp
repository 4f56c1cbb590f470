#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/policy/credit.hpp"

#include <compare>
#include <cstdint>
#include <span>
#include <string_view>

namespace troupe {

/// Where a worker stands among those that could take a task; the least one is
/// served first.
struct worker_rank {
  double outstanding = 0; ///< Estimated nanoseconds per processor.
  double leases = 0;      ///< Per slot.
  uint64_t served = 0;    ///< The number of the last lease that it got.
  worker_id worker = 0;

  friend auto operator<=>(const worker_rank&, const worker_rank&) = default;
};

/// How the tasks of a job are spread over the workers that may run them and
/// have room. Jobs choose one by its name; all of them respect credit,
/// resources and labels, which decide who has room at all.
struct placement_policy {
  std::string_view name;
  std::string_view summary; ///< For people.
  worker_rank (*rank)(const worker_load& load, uint64_t served,
                      worker_id worker);
  /// Inputs go to the node that they are labelled with, if that has room; they
  /// go elsewhere only to a slot that idles.
  bool follows_inputs = false;
  /// Slots that idle take over what others have not begun.
  bool steals = false;
};

/// Returns all policies, the default one first.
std::span<const placement_policy> placement_policies();

/// Returns the policy of that name, null if there is none. The default one for
/// an empty name.
const placement_policy* find_placement(std::string_view name);

/// Ranks by the least outstanding time, then by the fewest leases, then by who
/// was not served for longest.
worker_rank rank_by_load(const worker_load& load, uint64_t served,
                         worker_id worker);

/// Ranks by who was not served for longest, whatever the others have to do.
worker_rank rank_by_turn(const worker_load& load, uint64_t served,
                         worker_id worker);

} // namespace troupe
