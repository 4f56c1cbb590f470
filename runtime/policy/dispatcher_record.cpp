#include "runtime/policy/dispatcher.hpp"

#include <utility>

/// The part of the dispatcher that keeps the record of its leases, by which
/// `audit_history` can prove later that each task was accepted once.
namespace troupe {

void dispatcher::note(lease_event_kind what, const lease& held,
                      index_range range) {
  lease_events_.push_back({what, held.job, held.id, held.worker, range, 0, {}});
}

void dispatcher::note_accepted(const slice& what) {
  lease_event entry;
  entry.kind = lease_event_kind::accepted;
  entry.job = what.job;
  entry.lease = what.lease;
  entry.range = what.range;
  entry.seq = what.seq;
  entry.failed.reserve(what.failed.size());
  for (const auto& task : what.failed)
    entry.failed.push_back(task.index);
  lease_events_.push_back(std::move(entry));
}

void dispatcher::note_resumed(job_id job) {
  lease_events_.push_back({lease_event_kind::resumed, job, {}, 0, {}, 0, {}});
}

std::vector<lease_event> dispatcher::take_lease_events() {
  return std::exchange(lease_events_, {});
}

} // namespace troupe
