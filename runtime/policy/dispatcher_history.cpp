#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The part of the dispatcher that is about the past: what a task's failed
/// attempts were.
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

} // namespace troupe
