#include "runtime/policy/blame.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <set>

/// The part of the dispatcher that is about lost workers: what they held comes
/// back in pieces, and a task that seems to have killed them gets a worker for
/// itself, so that nothing else can be blamed (docs/adr/0012).
namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

} // namespace

/// Takes back what a lost worker held of one lease.
void dispatcher::lose(const lease& held, index_range rest, time_point now,
                      std::vector<dead_letter>& out) {
  auto i = jobs_.find(held.job);
  if (rest.empty() || i == jobs_.end())
    return;
  auto& job = i->second;
  auto blamed = held.blamed + (held.alone ? 1 : 0);
  touch(held.job);
  if (held.alone && job.terms.max_crashes > 0
      && blamed >= job.terms.max_crashes) {
    out.push_back(give_up_suspect(job, held, rest.begin, now));
    return;
  }
  if (held.alone) {
    auto crash = record_crash(job, held, now);
    note_failure(crash, held.job, rest.begin, false, now);
    notes_.setbacks.push_back({held.job, rest.begin, true, crash});
    job.history.add(rest.begin, std::move(crash));
  }
  (void)job.tasks.apply(rest, task_event::returned);
  for (const auto& piece : split_after_crash(rest))
    push_ready(job, {piece, held.attempt, held.crashes + 1, blamed});
}

uint64_t dispatcher::ready_tasks() const {
  return ready_.tasks() + suspects_.tasks();
}

uint64_t dispatcher::suspects() const {
  return suspects_.tasks();
}

attempt_record dispatcher::record_crash(const job_entry& job, const lease& held,
                                        time_point now) const {
  auto since = workers_.at(held.worker).alone_since;
  failed_task crash;
  crash.code = errc::kills_workers;
  crash.text = "its worker was lost while it ran nothing else";
  crash.duration_us = microseconds(now - since);
  return record_of(job, held, crash, now);
}

dead_letter dispatcher::give_up_suspect(job_entry& job, const lease& held,
                                        task_index suspect, time_point now) {
  auto crash = record_crash(job, held, now);
  note_failure(crash, held.job, suspect, true, now);
  dead_letter result;
  result.job = held.job;
  result.index = suspect;
  result.attempts = held.attempt;
  result.code = crash.code;
  result.node = crash.node;
  result.text =
    "suspected of killing its workers: " + std::to_string(held.blamed + 1)
    + " were lost while they ran nothing else, the last was " + result.node
    + "; see its log, then requeue the task";
  result.history = job.history.take(suspect, std::move(crash));
  (void)job.tasks.apply({suspect, suspect + 1}, task_event::gave_up);
  release_inputs(job, {suspect, suspect + 1}, 1);
  note_dead(job, suspect, {result.code, result.text});
  return result;
}

/// Grants suspects to workers that hold nothing. If there is none, one worker
/// gets nothing more until it is empty: otherwise a busy cluster would never
/// have one.
void dispatcher::dispatch_suspects(time_point now, std::vector<granted>& out) {
  std::set<kind*> waiting; // Kinds of which suspects found no worker.
  if (!suspects_.empty())
    suspects_.for_each_job([&](job_id id) {
      auto& job = jobs_.at(id);
      auto* of = &job.of->second;
      if (!may_run(job) || waiting.contains(of))
        return true;
      while (suspects_.tasks(id) > 0 && dispatch_suspect(id, now, out))
        continue;
      if (suspects_.tasks(id) > 0)
        waiting.insert(of);
      return true;
    });
  update_reserved(waiting);
  for (auto* of : waiting)
    reserve_for(*of);
}

/// Lets workers go on that are kept free for nobody any more.
void dispatcher::update_reserved(const std::set<kind*>& waiting) {
  auto kept = reserved_;
  for (auto id : kept) {
    auto& worker = workers_.at(id);
    auto is_waiting = [&](auto* of) { return waiting.contains(of); };
    if (worker.suspended || worker.cordoned || worker.load.window_tasks == 0
        || std::none_of(worker.fits.begin(), worker.fits.end(), is_waiting))
      reserve(worker, false);
  }
}

bool dispatcher::dispatch_suspect(job_id id, time_point now,
                                  std::vector<granted>& out) {
  auto& job = jobs_.at(id);
  auto* worker = worker_for_itself(job.of->second);
  if (worker == nullptr)
    return false;
  auto what = *suspects_.pop(id, 1);
  reserve(*worker, false);
  worker->alone_since = now;
  out.push_back(grant_to(*worker, job, what,
                         run_times_.ns_per_task(job.terms.function), true));
  return true;
}

/// Returns a worker that may take a suspect of this kind now; null if there is
/// none.
dispatcher::worker_entry* dispatcher::worker_for_itself(kind& of) {
  for (auto& [id, worker] : workers_)
    if (worker.load.leases == 0 && worker.load.window_tasks > 0
        && !worker.suspended && !worker.cordoned && may_run_on(of, worker)
        && (worker.reserved || may_take_alone()))
      return &worker;
  return nullptr;
}

/// Suspects get half of the workers at most: after many crashes there may be
/// many of them, and the others' work must go on.
bool dispatcher::may_take_alone() const {
  auto taken =
    std::count_if(workers_.begin(), workers_.end(), [](const auto& x) {
      return x.second.alone || x.second.reserved;
    });
  return static_cast<size_t>(taken) < std::max<size_t>(workers_.size() / 2, 1);
}

/// Keeps one worker free for suspects of this kind, unless one serves them
/// already.
void dispatcher::reserve_for(kind& of) {
  worker_entry* best = nullptr;
  for (auto& [id, worker] : workers_) {
    if (worker.suspended || worker.cordoned || worker.load.window_tasks == 0
        || !may_run_on(of, worker))
      continue;
    if (worker.alone || worker.reserved)
      return;
    if (best == nullptr || worker.load.estimated_ns < best->load.estimated_ns)
      best = &worker;
  }
  if (best != nullptr)
    reserve(*best, true);
}

void dispatcher::reserve(worker_entry& worker, bool reserved) {
  worker.reserved = reserved;
  if (reserved)
    reserved_.insert(worker.id);
  else
    reserved_.erase(worker.id);
  refresh(worker);
}

} // namespace troupe
