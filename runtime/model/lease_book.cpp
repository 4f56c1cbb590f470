#include "runtime/model/lease_book.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

const lease& lease_book::grant(const request& what) {
  const auto fresh = make({term_, ++last_counter_}, what);
  enter_holder(fresh);
  return leases_.emplace(fresh.id, fresh).first->second;
}

const lease& lease_book::adopt(const lease_id& id, const request& what) {
  assert(find_current(id) == nullptr);
  auto fresh = make(id, what);
  fresh.adopted = true;
  if (const auto* before = find(id)) {
    assert(before->received == fresh.range.begin);
    fresh.range.begin = before->range.begin;
    fresh.recorded = before->recorded;
  }
  // Counters tell the order of grants, whoever made them.
  last_counter_ = std::max(last_counter_, id.counter);
  enter_holder(fresh);
  return leases_.insert_or_assign(id, fresh).first->second;
}

void lease_book::begin_term(uint64_t term) {
  term_ = std::max(term_, term);
}

lease lease_book::make(const lease_id& id, const request& what) const {
  const auto& range = what.what.range;
  assert(!range.empty());
  lease fresh;
  fresh.id = id;
  fresh.worker = what.worker;
  fresh.job = what.job;
  fresh.range = range;
  fresh.attempt = what.what.attempt;
  fresh.crashes = what.what.crashes;
  fresh.blamed = what.what.blamed;
  fresh.alone = what.alone;
  fresh.input_bytes = what.input_bytes;
  fresh.received = fresh.recorded = range.begin;
  return fresh;
}

// Puts a lease into all sums and indexes.
void lease_book::enter_holder(const lease& what) {
  // Ids mostly grow, so a new one belongs at the end of each index.
  auto& holder = by_worker_[what.worker];
  holder.leases.insert(holder.leases.end(), what.id);
  holder.tasks += what.range.end - what.received;
  holder.input_bytes += what.input_bytes;
  auto& of_same_job = by_job_[what.job];
  of_same_job.insert(of_same_job.end(), what.id);
}

const lease* lease_book::find(const lease_id& id) const {
  const auto i = leases_.find(id);
  return i == leases_.end() ? nullptr : &i->second;
}

slice_verdict lease_book::check(worker_id worker, const lease_id& id,
                                uint32_t seq, index_range range) const {
  const auto* what = find(id);
  if (what == nullptr || what->worker != worker)
    return slice_verdict::refused;
  const auto known = what->adopted
                       ? !range.empty() && range.end <= what->received
                       : seq < what->next_seq;
  if (known)
    return slice_verdict::duplicate;
  if (what->revoked)
    return slice_verdict::refused;
  const auto early =
    what->adopted ? range.begin > what->received : seq > what->next_seq;
  if (early)
    return slice_verdict::early;
  if (range.empty() || range.begin != what->received
      || range.end > what->range.end)
    return slice_verdict::violation;
  return slice_verdict::accept;
}

void lease_book::begin_accept(const lease_id& id, index_range range) {
  auto* what = find_current(id);
  assert(what != nullptr);
  assert(!range.empty() && range.begin == what->received
         && range.end <= what->range.end);
  what->received = range.end;
  ++what->next_seq;
  forget_tasks(*what, range.size());
}

bool lease_book::end_accept(const lease_id& id, task_index recorded_end) {
  const auto i = leases_.find(id);
  if (i == leases_.end())
    return false;
  auto& what = i->second;
  what.recorded =
    std::max(what.recorded, std::min(recorded_end, what.received));
  if (what.accepting() > 0 || (!what.revoked && what.received < what.range.end))
    return false;
  end(i);
  return true;
}

index_range lease_book::revoke(const lease_id& id) {
  const auto i = leases_.find(id);
  if (i == leases_.end() || i->second.revoked)
    return {};
  auto& what = i->second;
  const index_range rest{what.received, what.range.end};
  if (what.accepting() == 0) {
    end(i);
  } else {
    forget_holder(what);
    what.revoked = true;
  }
  return rest.empty() ? index_range{} : rest;
}

index_range lease_book::trim(const lease_id& id, task_index end_at) {
  const auto i = leases_.find(id);
  if (i == leases_.end() || i->second.revoked)
    return {};
  auto& what = i->second;
  const index_range cut{std::max(end_at, what.received), what.range.end};
  if (cut.empty())
    return {};
  what.range.end = cut.begin;
  forget_tasks(what, cut.size());
  if (what.received == what.range.end && what.accepting() == 0)
    end(i);
  return cut;
}

std::vector<lease_id> lease_book::of_worker(worker_id worker) const {
  const auto i = by_worker_.find(worker);
  if (i == by_worker_.end())
    return {};
  return {i->second.leases.begin(), i->second.leases.end()};
}

std::vector<lease_id> lease_book::of_job(job_id job) const {
  const auto i = by_job_.find(job);
  if (i == by_job_.end())
    return {};
  return {i->second.begin(), i->second.end()};
}

lease_book::load lease_book::outstanding(worker_id worker) const {
  const auto i = by_worker_.find(worker);
  if (i == by_worker_.end())
    return {};
  return {i->second.leases.size(), i->second.tasks, i->second.input_bytes};
}

lease* lease_book::find_current(const lease_id& id) {
  const auto i = leases_.find(id);
  return i == leases_.end() || i->second.revoked ? nullptr : &i->second;
}

void lease_book::forget_tasks(const lease& what, uint64_t tasks) {
  by_worker_.find(what.worker)->second.tasks -= tasks;
}

// Takes a lease out of all sums and indexes; it may stay in the book itself.
void lease_book::forget_holder(const lease& what) {
  const auto holder = by_worker_.find(what.worker);
  holder->second.leases.erase(what.id);
  holder->second.tasks -= what.range.end - what.received;
  holder->second.input_bytes -= what.input_bytes;
  if (holder->second.leases.empty())
    by_worker_.erase(holder);
  const auto of_same_job = by_job_.find(what.job);
  of_same_job->second.erase(what.id);
  if (of_same_job->second.empty())
    by_job_.erase(of_same_job);
}

void lease_book::end(lease_map::iterator what) {
  if (!what->second.revoked)
    forget_holder(what->second);
  leases_.erase(what);
}

} // namespace troupe
