#include "runtime/policy/dispatcher.hpp"

#include "runtime/policy/blame.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe {

namespace {

/// Returns the chunk that holds `index`: the last one that begins before it.
auto chunk_at(auto& chunks, task_index index) {
  return std::prev(chunks.upper_bound(index));
}

} // namespace

dispatcher::dispatcher(uint64_t term, std::unique_ptr<random_source> random)
  : opened_term_(term), book_(term), random_(std::move(random)) {
  // nop
}

// -- jobs ---------------------------------------------------------------------

void dispatcher::add_job(const job_terms& terms) {
  auto [i, added] = jobs_.try_emplace(terms.id);
  if (!added)
    return;
  auto& job = i->second;
  job.terms = terms;
  job.of = kind_of(terms);
  order_.add(terms.id, terms.rank);
  touch(terms.id);
  if (terms.payload)
    return;
  job.closed = true;
  if (auto range = job.tasks.extend(terms.tasks); !range.empty())
    push_ready(job, {range, 1, 0});
}

void dispatcher::add_inputs(job_id id, index_range range, const blob& packed,
                            bool closed, const std::string& near) {
  auto i = jobs_.find(id);
  if (i == jobs_.end())
    return;
  auto& job = i->second;
  touch(id);
  if (closed)
    job.closed = true;
  if (range.empty() || range.end <= job.tasks.size())
    return;
  // The store checked both; if it erred, one job fails and nothing else.
  auto strings = packed_view::parse(packed.view());
  if (range.begin != job.tasks.size() || !strings
      || strings->size() != range.size()) {
    fail_job(job, {errc::internal,
                   "the inputs " + to_string(range) + " do not continue the "
                     + std::to_string(job.tasks.size())
                     + " that the job has; submit it again and please report "
                       "this"});
    return;
  }
  (void)job.tasks.extend(range.size());
  job.chunks.emplace(range.begin,
                     chunk{range, packed, *strings, range.size(), near});
  push_ready(job, {range, 1, 0});
}

void dispatcher::pause(job_id id, bool paused) {
  auto i = jobs_.find(id);
  if (i == jobs_.end())
    return;
  i->second.paused = paused;
  update_waiting(i->second);
}

std::vector<dispatcher::stopped_lease> dispatcher::remove_job(job_id job) {
  std::vector<stopped_lease> result;
  auto i = jobs_.find(job);
  if (i == jobs_.end())
    return result;
  for (const auto& id : book_.of_job(job)) {
    auto held = *book_.find(id);
    note(lease_event_kind::revoked, held, book_.revoke(id));
    unload(id, held.worker, 0, true);
    result.push_back({held.worker, id});
  }
  ready_.remove(job);
  suspects_.remove(job);
  backoff_.remove(job);
  auto of = i->second.of;
  order_.remove(job, of->second.waiting);
  jobs_.erase(i);
  release_kind(of);
  changed_.erase(job);
  for (auto& [id, worker] : workers_)
    worker.known_jobs.erase(job);
  return result;
}

bool dispatcher::may_run(const job_entry& job) {
  return !job.paused && !job.held_back && job.fatal.code == errc::ok;
}

void dispatcher::push_ready(job_entry& job, const ready_range& what) {
  if (must_run_alone(what, job.terms.max_crashes))
    suspects_.push(job.terms.id, what);
  else
    ready_.push(job.terms.id, what);
  update_waiting(job);
}

bool dispatcher::knows_any() const {
  return !jobs_.empty();
}

void dispatcher::update_waiting(job_entry& job) {
  auto id = job.terms.id;
  auto& waiting = job.of->second.waiting;
  if (may_run(job) && ready_.tasks(id) > 0)
    order_.enter(id, waiting, std::max(now_, job.terms.added_at));
  else
    order_.leave(id, waiting);
}

void dispatcher::set_fatal(job_entry& job, error why) {
  if (job.fatal.code != errc::ok)
    return; // The first one is the cause.
  job.fatal = std::move(why);
  update_waiting(job);
  touch(job.terms.id);
}

const task_set* dispatcher::tasks_of(job_id job) const {
  auto i = jobs_.find(job);
  return i == jobs_.end() ? nullptr : &i->second.tasks;
}

size_t dispatcher::chunks_of(job_id job) const {
  auto i = jobs_.find(job);
  return i == jobs_.end() ? 0 : i->second.chunks.size();
}

// -- results ------------------------------------------------------------------

slice_verdict dispatcher::judge(worker_id worker, const slice& what) const {
  auto verdict = book_.check(worker, what.lease, what.seq, what.range);
  if (verdict != slice_verdict::accept)
    return verdict;
  // The job of a current lease is known, but a peer may name another one.
  return book_.find(what.lease)->job == what.job ? verdict
                                                 : slice_verdict::violation;
}

bool dispatcher::is_recorded(const lease_id& id, task_index end) const {
  auto held = book_.find(id);
  return held != nullptr && held->recorded >= end;
}

std::vector<dead_letter> dispatcher::begin_accept(const slice& what,
                                                  time_point now) {
  auto held = *book_.find(what.lease);
  if (auto cost = costs_.find(what.lease); cost != costs_.end())
    cost->second.moved_at = now;
  book_.begin_accept(what.lease, what.range);
  tell_time(now);
  note_accepted(what);
  std::vector<dead_letter> result;
  auto i = jobs_.find(what.job);
  if (i == jobs_.end())
    return result;
  auto& job = i->second;
  run_times_.observe(job.terms.function, what.range.size(), what.busy_ns);
  forget_history(job, what);
  // With its record: what the slice says is worth nothing without it.
  if (what.fatal.code != errc::ok)
    notes_.fatals.emplace_back(what.job, what.fatal);
  auto is_last = held.attempt >= job.terms.retry.max_attempts;
  for (const auto& task : what.failed) {
    auto record = record_of(job, held, task, now);
    note_failure(record, what.job, task.index, is_last, now);
    if (!is_last) {
      notes_.setbacks.push_back({what.job, task.index, false, record});
      job.history.add(task.index, std::move(record));
      continue;
    }
    result.push_back({what.job,
                      task.index,
                      held.attempt,
                      task.code,
                      task.text,
                      record.node,
                      {}});
    result.back().history = job.history.take(task.index, std::move(record));
  }
  return result;
}

void dispatcher::end_accept(const slice& what, time_point now) {
  auto found = book_.find(what.lease);
  if (found == nullptr)
    return;
  auto held = *found;
  auto ended = book_.end_accept(what.lease, what.range.end);
  unload(what.lease, held.worker, what.range.size(), ended);
  auto i = jobs_.find(what.job);
  if (i == jobs_.end())
    return;
  auto& job = i->second;
  job.attempts += what.range.size();
  measure(job, held, what, now);
  if (what.fatal.code != errc::ok)
    set_fatal(job, what.fatal);
  auto begin = what.range.begin;
  for (const auto& task : what.failed) {
    if (begin < task.index)
      (void)job.tasks.apply({begin, task.index}, task_event::accepted);
    begin = task.index + 1;
  }
  if (begin < what.range.end)
    (void)job.tasks.apply({begin, what.range.end}, task_event::accepted);
  auto last_attempt = held.attempt >= job.terms.retry.max_attempts;
  settle_failed(job, held, what, now);
  release_inputs(job, what.range,
                 what.range.size() - (last_attempt ? 0 : what.failed.size()));
  touch(what.job);
}

void dispatcher::settle_failed(job_entry& job, const lease& held,
                               const slice& what, time_point now) {
  // Neighbours that failed together share one delay: a slice of failures
  // costs one entry, not a thousand.
  for (size_t first = 0; first < what.failed.size();) {
    auto last = first + 1;
    while (last < what.failed.size()
           && what.failed[last].index == what.failed[last - 1].index + 1)
      ++last;
    index_range run{what.failed[first].index, what.failed[last - 1].index + 1};
    auto delay = next_delay(job.terms.retry, held.attempt, random_->uniform());
    if (!delay) {
      (void)job.tasks.apply(run, task_event::gave_up);
      note_dead(job, run.begin,
                {what.failed[first].code, what.failed[first].text});
    } else {
      (void)job.tasks.apply(run, task_event::failed);
      backoff_.push(now + *delay, what.job,
                    {run, held.attempt + 1, held.crashes, held.blamed});
    }
    first = last;
  }
}

/// Some tasks of the job died, `first` as the first of them.
void dispatcher::note_dead(job_entry& job, task_index first, const error& why) {
  if (job.first_dead.empty())
    job.first_dead = "task " + std::to_string(first) + ": " + to_string(why);
  if (job.dead_before + job.tasks.count(task_state::dead) >= job.terms.max_dead)
    fail_job(job, {errc::too_many_dead, "the job reached its limit of "
                                          + std::to_string(job.terms.max_dead)
                                          + " dead letters"});
}

void dispatcher::release_inputs(job_entry& job, index_range range,
                                uint64_t ended) {
  if (job.chunks.empty())
    return;
  // A lease stays within one chunk, and so do its slices.
  auto i = chunk_at(job.chunks, range.begin);
  i->second.unfinished -= ended;
  if (i->second.unfinished == 0)
    job.chunks.erase(i);
}

void dispatcher::revoke(const lease_id& id) {
  auto found = book_.find(id);
  if (found == nullptr)
    return;
  auto held = *found;
  auto rest = book_.revoke(id);
  note(lease_event_kind::revoked, held, rest);
  unload(id, held.worker, 0, true);
  give_back(held, rest, held.crashes);
}

void dispatcher::trimmed(worker_id worker, const lease_id& id, task_index end) {
  auto found = book_.find(id);
  if (found == nullptr || found->worker != worker || found->revoked)
    return;
  stealing_.erase(id);
  auto held = *found;
  auto rest = book_.trim(id, end);
  if (!rest.empty())
    note(lease_event_kind::trimmed, held, rest);
  // It ran nothing of it: maybe it was never told of the job.
  if (auto w = workers_.find(worker); rest == held.range)
    w->second.known_jobs.erase(held.job);
  unload(id, worker, rest.size(), book_.find(id) == nullptr);
  give_back(held, rest, held.crashes);
}

void dispatcher::give_back(const lease& held, index_range rest,
                           uint32_t crashes) {
  auto i = jobs_.find(held.job);
  if (rest.empty() || i == jobs_.end())
    return;
  (void)i->second.tasks.apply(rest, task_event::returned);
  push_ready(i->second, {rest, held.attempt, crashes, held.blamed});
  touch(held.job);
}

/// Takes `tasks` tasks of a lease, or all of it, from its worker's load.
void dispatcher::unload(const lease_id& id, worker_id worker, uint64_t tasks,
                        bool lease_ended) {
  auto found = costs_.find(id);
  if (found == costs_.end())
    return;
  auto& cost = found->second;
  auto gone = lease_ended ? cost.tasks : std::min(tasks, cost.tasks);
  const auto& needs = cost.of->needs;
  auto ns = lease_estimate_ns(cost.tasks, cost.ns_per_task, needs.cpus);
  cost.tasks -= gone;
  ns -= lease_estimate_ns(cost.tasks, cost.ns_per_task, needs.cpus);
  if (auto i = workers_.find(worker); i != workers_.end()) {
    auto& load = i->second.load;
    load.tasks -= gone;
    load.estimated_ns -= ns;
    if (lease_ended) {
      --load.leases;
      load.input_bytes -= cost.bytes;
      load.cpus_used -= needs.cpus;
      subtract(i->second.in_use, {0, needs.memory_bytes, needs.named});
      i->second.alone = i->second.alone && load.leases > 0;
    }
    refresh(i->second);
  }
  if (lease_ended) {
    costs_.erase(found);
    stealing_.erase(id);
  }
}

// -- grants -------------------------------------------------------------------

/// Precondition: `what` lies within one chunk.
dispatcher::granted dispatcher::grant_to(worker_entry& entry, job_entry& job,
                                         const ready_range& what,
                                         uint64_t ns_per_task, bool alone) {
  auto id = job.terms.id;
  (void)job.tasks.apply(what.range, task_event::granted);
  granted result;
  result.worker = entry.id;
  result.job = id;
  result.range = what.range;
  result.attempt = what.attempt;
  if (job.terms.payload) {
    const auto& part = chunk_at(job.chunks, what.range.begin)->second;
    auto first = static_cast<uint32_t>(what.range.begin - part.range.begin);
    auto last = first + static_cast<uint32_t>(what.range.size());
    // A whole chunk is granted without a copy.
    result.inputs = what.range == part.range
                      ? part.packed
                      : blob{part.strings.sub(first, last)};
  }
  auto bytes = result.inputs.size();
  const auto& held = book_.grant({entry.id, id, what, bytes, alone});
  note(lease_event_kind::granted, held, what.range);
  result.lease = held.id;
  entry.alone = alone;
  entry.served = ++leases_granted_;
  result.first = entry.known_jobs.insert(id).second;
  enter_cost(
    entry, result.lease,
    {ns_per_task, what.range.size(), bytes, &job.of->second, now_, now_});
  touch(id);
  return result;
}

void dispatcher::enter_cost(worker_entry& worker, const lease_id& id,
                            const lease_cost& cost) {
  costs_.emplace(id, cost);
  ++worker.load.leases;
  worker.load.tasks += cost.tasks;
  const auto& needs = cost.of->needs;
  worker.load.estimated_ns +=
    lease_estimate_ns(cost.tasks, cost.ns_per_task, needs.cpus);
  worker.load.input_bytes += cost.bytes;
  worker.load.cpus_used += needs.cpus;
  add(worker.in_use, {0, needs.memory_bytes, needs.named});
  refresh(worker);
}

std::vector<dispatcher::report> dispatcher::take_reports() {
  std::vector<report> result;
  for (auto id : changed_) {
    const auto& job = jobs_.at(id);
    const auto& tasks = job.tasks;
    result.push_back({id, tasks.size(),
                      job.succeeded_before + tasks.count(task_state::succeeded),
                      job.dead_before + tasks.count(task_state::dead),
                      tasks.count(task_state::leased), job.attempts,
                      job.closed && tasks.all_ended(), job.fatal,
                      job.first_dead, stuck_reason(job)});
  }
  changed_.clear();
  return result;
}

} // namespace troupe
