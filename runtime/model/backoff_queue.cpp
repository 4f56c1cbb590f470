#include "runtime/model/backoff_queue.hpp"

namespace troupe {

void backoff_queue::push(time_point due, job_id job, const ready_range& what) {
  const key at{due, ++last_};
  entries_.emplace(at, entry{job, what});
  by_job_[job].insert(at);
}

std::vector<backoff_queue::entry> backoff_queue::pop_due(time_point now) {
  std::vector<entry> due;
  while (!entries_.empty() && entries_.begin()->first.first <= now) {
    const auto first = entries_.begin();
    const auto job = by_job_.find(first->second.job);
    job->second.erase(first->first);
    if (job->second.empty())
      by_job_.erase(job);
    due.push_back(first->second);
    entries_.erase(first);
  }
  return due;
}

std::optional<time_point> backoff_queue::next_due() const {
  if (entries_.empty())
    return std::nullopt;
  return entries_.begin()->first.first;
}

void backoff_queue::remove(job_id job) {
  const auto i = by_job_.find(job);
  if (i == by_job_.end())
    return;
  for (const auto& at : i->second)
    entries_.erase(at);
  by_job_.erase(i);
}

} // namespace troupe
