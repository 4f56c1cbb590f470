#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The part of the dispatcher that is about jobs that go on: after they had
/// ended, or after the scheduler that led them was lost.
namespace troupe {

void dispatcher::resume_job(const job_terms& terms, const resumption& what,
                            time_point now) {
  if (knows(terms.id))
    return;
  auto fresh = terms;
  fresh.tasks = 0;
  add_job(fresh);
  tell_time(now);
  note_resumed(terms.id);
  auto& job = jobs_.at(terms.id);
  job.terms = terms;
  job.closed = what.closed || !terms.payload;
  job.attempts = what.attempts;
  job.first_dead = what.first_dead;
  job.fatal = what.fatal;
  job.succeeded_before = what.succeeded;
  job.dead_before = what.dead;
  (void)job.tasks.extend(what.tasks);
  if (!resume_inputs(job, what))
    return;
  for (const auto& past : what.pasts)
    for (const auto& attempt : past.history)
      job.history.add(past.index, attempt);
  task_index next = 0;
  auto end_all = [&](task_index end) {
    if (next < end)
      (void)job.tasks.apply({next, end}, task_event::cancelled);
  };
  for (const auto& range : what.ready) {
    end_all(range.begin);
    next = range.end;
    resume_range(job, range, what.pasts, now);
  }
  end_all(what.tasks);
  std::erase_if(job.chunks, [](auto& x) { return x.second.unfinished == 0; });
}

bool dispatcher::resume_inputs(job_entry& job, const resumption& what) {
  for (const auto& part : what.inputs) {
    auto strings = packed_view::parse(part.packed.view());
    if (!strings || strings->size() != part.range.size()) {
      fail_job(job,
               {errc::internal,
                "the inputs " + to_string(part.range)
                  + " were not kept as they came; submit the job again and "
                    "please report this"});
      return false;
    }
    job.chunks.emplace(part.range.begin,
                       chunk{part.range, part.packed, *strings, 0, part.near});
  }
  return true;
}

/// Queues a range again. Tasks with a past are queued by what it was.
void dispatcher::resume_range(job_entry& job, index_range range,
                              const std::vector<task_past>& pasts,
                              time_point now) {
  auto past = std::lower_bound(
    pasts.begin(), pasts.end(), range.begin,
    [](const task_past& x, task_index index) { return x.index < index; });
  auto next = range.begin;
  while (next < range.end) {
    ready_range part{{next, range.end}, 1, 0};
    uint32_t failed = 0;
    if (past != pasts.end() && past->index == next) {
      failed = past->failed;
      part.blamed = past->blamed;
      part.range.end = next + 1;
      // Neighbours that failed alike share one delay.
      while (++past != pasts.end() && past->index == part.range.end
             && part.range.end < range.end && past->failed == failed
             && past->blamed == part.blamed)
        ++part.range.end;
    } else if (past != pasts.end()) {
      part.range.end = std::min(range.end, past->index);
    }
    next = part.range.end;
    resume_part(job, part, failed, now);
  }
}

/// Queues tasks of one past; a lease, and so each queued piece, lies in one
/// chunk, and a task that is blamed is a piece of its own.
void dispatcher::resume_part(job_entry& job, const ready_range& what,
                             uint32_t failed, time_point now) {
  if (!job.terms.payload)
    return queue_resumed(job, what, failed, now);
  auto i = job.chunks.upper_bound(what.range.begin);
  if (i != job.chunks.begin())
    --i;
  for (; i != job.chunks.end() && i->first < what.range.end; ++i) {
    auto& part = i->second;
    auto shared = what;
    shared.range = {std::max(part.range.begin, what.range.begin),
                    std::min(part.range.end, what.range.end)};
    if (shared.range.empty())
      continue;
    part.unfinished += shared.range.size();
    queue_resumed(job, shared, failed, now);
  }
}

void dispatcher::queue_resumed(job_entry& job, ready_range what,
                               uint32_t failed, time_point now) {
  if (what.blamed > 0) {
    // It was alone when it was blamed, and must be alone again.
    what.crashes = limits::crashes_before_alone + what.blamed;
    while (what.range.size() > 1) {
      auto one = what;
      one.range.end = ++what.range.begin;
      queue_resumed(job, one, failed, now);
    }
  }
  auto most = job.terms.retry.max_attempts;
  what.attempt = std::min(failed + 1, std::max<uint32_t>(most, 1));
  auto delay = failed == 0
                 ? std::nullopt
                 : next_delay(job.terms.retry, failed, random_->uniform());
  if (!delay)
    return push_ready(job, what);
  (void)job.tasks.apply(what.range, task_event::granted);
  (void)job.tasks.apply(what.range, task_event::failed);
  backoff_.push(now + *delay, job.terms.id, what);
}

// -- grace --------------------------------------------------------------------

void dispatcher::hold_back(const std::vector<std::string>& nodes,
                           time_point until) {
  awaited_.insert(nodes.begin(), nodes.end());
  for (const auto& [id, worker] : workers_)
    if (worker.joined)
      awaited_.erase(worker.node);
  if (awaited_.empty())
    return;
  grace_until_ = until;
  for (auto& [id, job] : jobs_) {
    job.held_back = true;
    update_waiting(job);
  }
}

void dispatcher::end_grace() {
  grace_until_.reset();
  awaited_.clear();
  for (auto& [id, job] : jobs_) {
    job.held_back = false;
    update_waiting(job);
  }
}

std::optional<time_point> dispatcher::next_due() const {
  auto due = backoff_.next_due();
  auto steal = steal_worthy_ > 0 ? steal_due_ : std::nullopt;
  for (const auto& other : {grace_until_, steal})
    if (other && (!due || *other < *due))
      due = other;
  return due;
}

} // namespace troupe
