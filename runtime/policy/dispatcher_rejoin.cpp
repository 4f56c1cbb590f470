#include "runtime/policy/blame.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <set>
#include <utility>

/// The part of the dispatcher that is about workers that come back with work:
/// what they hold goes on wherever nothing else has become of it.
namespace troupe {

void dispatcher::begin_term(uint64_t term) {
  book_.begin_term(term);
}

std::vector<lease_id> dispatcher::reconcile(worker_id id,
                                            const std::vector<held_part>& held,
                                            time_point now) {
  std::vector<lease_id> stopped;
  auto w = workers_.find(id);
  if (w == workers_.end()) {
    for (const auto& part : held)
      stopped.push_back(part.lease);
    return stopped;
  }
  w->second.joined = true;
  w->second.known_jobs.clear();
  awaited_.erase(w->second.node);
  tell_time(now);
  std::set<lease_id> stays;
  for (const auto& part : held)
    if (keep(id, part) || adopt(id, part, held.size() == 1, now))
      stays.insert(part.lease);
    else
      stopped.push_back(part.lease);
  for (const auto& lease : book_.of_worker(id)) {
    if (stays.contains(lease))
      continue;
    revoke(lease);
    if (std::find(stopped.begin(), stopped.end(), lease) == stopped.end())
      stopped.push_back(lease); // Its grant may still be on its way.
  }
  return stopped;
}

/// Whether a lease is current and its worker can still bring what is missing.
bool dispatcher::keep(worker_id worker, const held_part& what) {
  auto found = book_.find(what.lease);
  if (found == nullptr || found->revoked || found->worker != worker
      || found->job != what.job || what.rest.begin > found->received
      || what.rest.end > found->range.end)
    return false;
  // News that it handed a part back was lost.
  if (what.rest.end < found->range.end)
    trimmed(worker, what.lease, what.rest.end);
  return true;
}

bool dispatcher::adopt(worker_id worker, const held_part& what, bool sole,
                       time_point now) {
  auto i = jobs_.find(what.job);
  if (i == jobs_.end() || !is_of_this_store(what.lease))
    return false;
  auto& job = i->second;
  auto before = book_.find(what.lease);
  if (before != nullptr
      && (!before->revoked || before->job != what.job
          || what.rest.begin > before->received))
    return false;
  auto rest = unfinished(job, what);
  if (rest.empty() || (before != nullptr && rest.begin != before->received))
    return false;
  auto part = waiting_as(job, what, rest);
  if (!part)
    return false;
  take_waiting(job, rest);
  uint64_t bytes = 0;
  if (job.terms.payload) {
    const auto& inputs = std::prev(job.chunks.upper_bound(rest.begin))->second;
    auto first = static_cast<uint32_t>(rest.begin - inputs.range.begin);
    auto last = static_cast<uint32_t>(rest.end - inputs.range.begin);
    bytes = (rest.size() + 1) * sizeof(uint32_t)
            + inputs.strings.data(first, last).size();
  }
  auto lost = lost_.find(what.lease);
  auto alone = sole
               && (lost == lost_.end() ? must_run_alone(
                     {rest, what.attempt, part->crashes}, job.terms.max_crashes)
                                       : lost->second.alone);
  if (lost != lost_.end())
    lost_.erase(lost);
  ready_range tasks{rest, what.attempt, part->crashes, part->blamed};
  const auto& held =
    book_.adopt(what.lease, {worker, what.job, tasks, bytes, alone});
  note(lease_event_kind::adopted, held, rest);
  auto& entry = workers_.at(worker);
  entry.alone = alone;
  entry.alone_since = now;
  enter_cost(entry, what.lease,
             {run_times_.ns_per_task(job.terms.function),
              held.range.end - held.recorded, bytes, &job.of->second, now,
              now});
  touch(what.job);
  return true;
}

/// The numbers of jobs mean nothing in leases of another store.
bool dispatcher::is_of_this_store(const lease_id& id) const {
  return id.term >= opened_term_ && id.term <= book_.term();
}

/// Returns what is left of a held lease: slices at its beginning may have been
/// recorded though their answers were lost.
index_range dispatcher::unfinished(const job_entry& job,
                                   const held_part& what) const {
  auto rest = what.rest;
  if (rest.end > job.tasks.size())
    return {};
  if (auto before = book_.find(what.lease))
    rest.begin = before->received;
  if (rest.empty())
    return {};
  auto parts = waiting_in(job, rest);
  auto part = parts.begin();
  while (!rest.empty()) {
    auto end = job.tasks.end_of_run(rest.begin);
    if (!is_terminal(job.tasks.state_of(rest.begin))) {
      while (part != parts.end() && part->range.end <= rest.begin)
        ++part;
      // A failed task that was recorded is in a later attempt by now.
      if (part != parts.end() && part->range.begin <= rest.begin
          && part->attempt > what.attempt)
        end = part->range.end;
      else if (auto other = leased_to(job.terms.id, rest.begin);
               other != nullptr && other->attempt > what.attempt)
        end = other->range.end;
      else
        return rest;
    }
    rest.begin = std::min(rest.end, end);
  }
  return {};
}

const lease* dispatcher::leased_to(job_id job, task_index index) const {
  for (const auto& id : book_.of_job(job)) {
    auto found = book_.find(id);
    if (found->recorded <= index && index < found->range.end)
      return found;
  }
  return nullptr;
}

/// Returns what is ready, suspected or in backoff of a range, in index order.
std::vector<ready_range> dispatcher::waiting_in(const job_entry& job,
                                                index_range range) const {
  auto id = job.terms.id;
  auto result = ready_.parts(id, range);
  auto append = [&](const std::vector<ready_range>& more) {
    result.insert(result.end(), more.begin(), more.end());
  };
  append(suspects_.parts(id, range));
  // There may be many of them, and they are not in order.
  if (job.tasks.count(task_state::backoff) > 0)
    append(backoff_.parts(id, range));
  std::sort(result.begin(), result.end(), [](const auto& x, const auto& y) {
    return x.range.begin < y.range.begin;
  });
  return result;
}

/// Returns how the whole rest of a held lease waits, in the attempt that its
/// worker runs and with the inputs of one chunk; nothing if it does not.
std::optional<dispatcher::waiting_part>
dispatcher::waiting_as(const job_entry& job, const held_part& what,
                       index_range rest) const {
  if (job.terms.payload) {
    auto next = job.chunks.upper_bound(rest.begin);
    if (next == job.chunks.begin()
        || !std::prev(next)->second.range.covers(rest))
      return std::nullopt;
  }
  waiting_part result{rest};
  uint64_t tasks = 0;
  auto parts = waiting_in(job, rest);
  for (const auto& part : parts) {
    // Blame must not spread to tasks that had nothing to do with it.
    if (part.attempt != what.attempt || part.blamed != parts.front().blamed)
      return std::nullopt;
    tasks += part.range.size();
    result.crashes = std::max(result.crashes, part.crashes);
    result.blamed = part.blamed;
  }
  if (tasks != rest.size())
    return std::nullopt;
  // Its worker is back, so that was no crash; but there may have been others.
  if (auto lost = lost_.find(what.lease); lost != lost_.end()) {
    if (result.crashes == lost->second.crashes + 1)
      result.crashes = lost->second.crashes;
    if (lost->second.alone && result.blamed == lost->second.blamed + 1)
      result.blamed = lost->second.blamed;
  }
  return result;
}

/// Takes tasks that wait out of all queues and marks them as leased.
void dispatcher::take_waiting(job_entry& job, index_range range) {
  auto id = job.terms.id;
  if (job.tasks.count(task_state::backoff) > 0) {
    for (const auto& part : backoff_.parts(id, range))
      (void)job.tasks.apply(part.range, task_event::retry_due);
    backoff_.take(id, range);
  }
  ready_.take(id, range);
  suspects_.take(id, range);
  (void)job.tasks.apply(range, task_event::granted);
  update_waiting(job);
}

void dispatcher::remember_lost(const lease& what) {
  lost_.insert_or_assign(what.id,
                         lost_lease{what.crashes, what.blamed, what.alone});
  lost_order_.push_back(what.id);
  while (lost_order_.size() > limits::lost_leases_max) {
    lost_.erase(lost_order_.front());
    lost_order_.pop_front();
  }
}

// -- what others need to know -------------------------------------------------

std::vector<job_id> dispatcher::known_jobs() const {
  std::vector<job_id> result;
  result.reserve(jobs_.size());
  for (const auto& [id, job] : jobs_)
    result.push_back(id);
  return result;
}

void dispatcher::report_all() {
  for (const auto& [id, job] : jobs_)
    touch(id);
}

/// A job must fail by the dispatcher's own judgement.
void dispatcher::fail_job(job_entry& job, const error& why) {
  if (job.fatal.code == errc::ok)
    notes_.fatals.emplace_back(job.terms.id, why);
  set_fatal(job, why);
}

dispatcher::notes dispatcher::take_notes() {
  return std::exchange(notes_, {});
}

} // namespace troupe
