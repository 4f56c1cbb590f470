#pragma once

#include "runtime/base/ids.hpp"

#include <cstdint>
#include <vector>

namespace troupe {

/// Finds leases of one worker that the scheduler has in its book and the worker
/// does not hold: a grant, or the news that a lease was handed back, got lost.
/// Without it such a lease would be current for ever.
///
/// A heartbeat may have left before a grant arrived. Each message of grants
/// therefore says through which lease counter it grants, and the worker echoes
/// the highest it has seen: of a lease up to there, the grant either arrived or
/// is lost, since messages between two actors keep their order and counters
/// only grow. (A count of heartbeats since the grant would depend on how long
/// each of two ways takes; an echo depends on nothing.)
class lease_audit {
public:
  struct finding {
    std::vector<lease_id> lost; ///< Revoke them.
    /// The worker has not seen all grants yet; after a lost one it never will
    /// unless it is told how far they went.
    bool behind = false;
  };

  /// Compares a heartbeat with the book. A lease is lost when two heartbeats
  /// in a row miss it: news of its end and heartbeats travel different ways.
  /// @param current The worker's leases in the order of their ids.
  /// @param held    What the worker says it holds, in any order.
  /// @param through What the worker echoes.
  finding check(const std::vector<lease_id>& current,
                std::vector<lease_id> held, uint64_t through);

private:
  std::vector<lease_id> missing_; ///< From the last heartbeat; in order.
};

} // namespace troupe
