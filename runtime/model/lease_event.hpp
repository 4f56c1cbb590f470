#pragma once

#include "runtime/base/ids.hpp"

#include <cstdint>
#include <vector>

namespace troupe {

/// What happens to a lease, for the record of a job. The values are those of
/// `lease_history`.
enum class lease_event_kind : uint8_t {
  granted = 0,
  adopted = 1,  ///< Granted by an earlier book; its worker holds it still.
  trimmed = 2,  ///< `range` was cut off its end.
  revoked = 3,  ///< `range` came back from it.
  accepted = 4, ///< The slice `seq` with the results of `range`.
  /// A new book begins for the job: no lease from before it is current, unless
  /// it is adopted. Has no lease.
  resumed = 5,
};
constexpr unsigned lease_event_kind_count = 6;

/// One step in the life of a lease, in the order in which the book made them.
struct lease_event {
  lease_event_kind kind = lease_event_kind::granted;
  job_id job = 0;
  lease_id lease;
  worker_id worker = 0; ///< Who holds it; of `granted` and `adopted` only.
  index_range range;
  uint32_t seq = 0;               ///< Of `accepted` only.
  std::vector<task_index> failed; ///< Of `accepted` only; ascending.
  /// When, in microseconds by the clock of the coordinator's process, which
  /// goes on when its actors are built anew.
  uint64_t at_us = 0;
  /// Of `accepted` only, by the worker's clock; see `slice`.
  uint64_t waited_us = 0;
  uint64_t took_us = 0;

  friend bool operator==(const lease_event&, const lease_event&) = default;
};

} // namespace troupe
