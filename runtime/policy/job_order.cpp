#include "runtime/policy/job_order.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

void job_order::add(job_id job, const job_rank& rank) {
  account entry;
  entry.rank = rank;
  entry.rank.weight = std::max(rank.weight, 1u);
  if (jobs_.try_emplace(job, entry).second)
    ++groups_[rank.priority].jobs;
}

void job_order::remove(job_id job, queue& from) {
  leave(job, from);
  auto i = jobs_.find(job);
  if (i == jobs_.end())
    return;
  auto of = groups_.find(i->second.rank.priority);
  if (--of->second.jobs == 0)
    groups_.erase(of);
  jobs_.erase(i);
}

job_order::place job_order::place_of(job_id job) const {
  const auto& of = jobs_.at(job);
  return {-int64_t{of.rank.priority}, of.virtual_ns, job};
}

void job_order::enter(job_id job, queue& to, time_point now) {
  if (to.contains(job))
    return;
  auto& of = jobs_.at(job);
  of.virtual_ns =
    std::max(of.virtual_ns, groups_.at(of.rank.priority).served_ns);
  insert(job, to, now);
}

void job_order::leave(job_id job, queue& from) {
  auto i = from.waiting_.find(job);
  if (i == from.waiting_.end())
    return;
  from.places_.erase(i->second.at);
  from.since_.erase({i->second.since, job});
  from.waiting_.erase(i);
}

void job_order::charge(job_id job, uint64_t ns, queue& in, time_point now) {
  auto& of = jobs_.at(job);
  auto& served = groups_.at(of.rank.priority).served_ns;
  served = std::max(served, of.virtual_ns);
  of.virtual_ns += std::max<uint64_t>(ns / of.rank.weight, 1);
  auto i = in.waiting_.find(job);
  if (i == in.waiting_.end())
    return;
  // The nodes of the sets are used again: this is done for each lease.
  auto& [at, since] = i->second;
  auto stood = in.places_.extract(at);
  at.virtual_ns = of.virtual_ns;
  stood.value() = at;
  in.places_.insert(std::move(stood));
  auto waited = in.since_.extract({since, job});
  since = now;
  waited.value() = {since, job};
  in.since_.insert(std::move(waited));
}

void job_order::insert(job_id job, queue& to, time_point now) const {
  auto at = place_of(job);
  to.places_.insert(at);
  to.since_.emplace(now, job);
  to.waiting_.emplace(job, queue::entry{at, now});
}

} // namespace troupe
