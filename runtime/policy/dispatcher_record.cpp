#include "runtime/policy/dispatcher.hpp"

#include <chrono>
#include <utility>

/// The part of the dispatcher that keeps the record of its leases, by which
/// `audit_history` can prove later that each task was accepted once.
namespace troupe {

void dispatcher::record(lease_event&& what) {
  auto since = recorded_at_.time_since_epoch();
  what.at_us = static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(since).count());
  lease_events_.push_back(std::move(what));
}

void dispatcher::note(lease_event_kind what, const lease& held,
                      index_range range) {
  record({what, held.job, held.id, held.worker, range, 0, {}});
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
  entry.waited_us = what.waited_us;
  entry.took_us = what.took_us;
  record(std::move(entry));
}

void dispatcher::note_resumed(job_id job) {
  record({lease_event_kind::resumed, job, {}, 0, {}, 0, {}});
}

size_t dispatcher::lease_events() const {
  return lease_events_.size();
}

std::vector<lease_event> dispatcher::take_lease_events() {
  return std::exchange(lease_events_, {});
}

} // namespace troupe
