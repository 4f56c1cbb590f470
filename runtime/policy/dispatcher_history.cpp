#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The part of the dispatcher that is about the past: what a task's failed
/// attempts were, and jobs that go on after they had ended.
namespace troupe {

attempt_record dispatcher::record_of(const job_entry& job, const lease& held,
                                     const failed_task& what,
                                     time_point now) const {
  auto age = std::chrono::duration_cast<std::chrono::microseconds>(
               now - job.terms.added_at)
               .count();
  auto age_us = static_cast<uint64_t>(std::max<int64_t>(age, 0));
  auto w = workers_.find(held.worker);
  attempt_record result;
  result.attempt = held.attempt;
  result.code = what.code;
  result.text = what.text;
  result.node = w == workers_.end() ? std::string{} : w->second.node;
  result.started_us = age_us - std::min(age_us, what.duration_us);
  result.duration_us = what.duration_us;
  return result;
}

/// Drops the history of tasks of a slice that succeeded.
void dispatcher::forget_history(job_entry& job, const slice& what) {
  auto failed = what.failed.begin();
  auto rest = what.range;
  while ((rest.begin = job.history.first_in(rest)) < rest.end) {
    while (failed != what.failed.end() && failed->index < rest.begin)
      ++failed;
    if (failed == what.failed.end() || failed->index != rest.begin)
      job.history.forget(rest.begin);
    ++rest.begin;
  }
}

void dispatcher::resume_job(const job_terms& terms, const resumption& what) {
  auto fresh = terms;
  fresh.tasks = 0;
  if (knows(terms.id))
    return;
  add_job(fresh);
  auto& job = jobs_.at(terms.id);
  note_resumed(terms.id);
  job.closed = true;
  job.succeeded_before = what.succeeded;
  job.dead_before = what.dead;
  (void)job.tasks.extend(what.tasks);
  for (const auto& part : what.inputs) {
    auto strings = packed_view::parse(part.packed.view());
    if (!strings || strings->size() != part.range.size())
      return set_fatal(
        job, {errc::internal, "the inputs " + to_string(part.range)
                                + " were not kept as they came; submit the job "
                                  "again and please report this"});
    job.chunks.emplace(part.range.begin,
                       chunk{part.range, part.packed, *strings, 0});
  }
  task_index next = 0;
  auto end_all = [&](task_index end) {
    if (next < end)
      (void)job.tasks.apply({next, end}, task_event::cancelled);
  };
  for (const auto& range : what.ready) {
    end_all(range.begin);
    next = range.end;
    resume_range(job, range);
  }
  end_all(what.tasks);
  std::erase_if(job.chunks, [](auto& x) { return x.second.unfinished == 0; });
}

/// Queues a range again; a lease, and so each queued piece, lies in one chunk.
void dispatcher::resume_range(job_entry& job, index_range range) {
  if (!job.terms.payload)
    return push_ready(job, {range, 1, 0});
  for (auto& [first, part] : job.chunks) {
    index_range shared{std::max(first, range.begin),
                       std::min(part.range.end, range.end)};
    if (shared.begin >= shared.end)
      continue;
    part.unfinished += shared.size();
    push_ready(job, {shared, 1, 0});
  }
}

} // namespace troupe
