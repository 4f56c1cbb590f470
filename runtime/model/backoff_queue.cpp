#include "runtime/model/backoff_queue.hpp"

#include <algorithm>

namespace troupe {

namespace {

index_range shared(index_range x, index_range y) {
  return {std::max(x.begin, y.begin), std::min(x.end, y.end)};
}

} // namespace

void backoff_queue::push(time_point due, job_id job, const ready_range& what) {
  const key at{due, ++last_};
  entries_.emplace(at, entry{job, what});
  by_job_[job].emplace(what.range.end, at);
  tasks_ += what.range.size();
}

std::vector<backoff_queue::entry> backoff_queue::pop_due(time_point now) {
  std::vector<entry> due;
  while (!entries_.empty() && entries_.begin()->first.first <= now) {
    const auto first = entries_.begin();
    due.push_back(first->second);
    forget(first->first);
  }
  return due;
}

std::vector<ready_range> backoff_queue::parts(job_id job,
                                              index_range range) const {
  std::vector<ready_range> result;
  const auto i = by_job_.find(job);
  if (i == by_job_.end())
    return result;
  for (auto at = i->second.upper_bound(range.begin); at != i->second.end();
       ++at) {
    auto part = entries_.at(at->second).what;
    if (part.range.begin >= range.end)
      break;
    part.range = shared(part.range, range);
    result.push_back(part);
  }
  return result;
}

std::optional<backoff_queue::waiting>
backoff_queue::next(job_id job, task_index from) const {
  const auto i = by_job_.find(job);
  if (i == by_job_.end())
    return std::nullopt;
  const auto at = i->second.upper_bound(from);
  if (at == i->second.end())
    return std::nullopt;
  return waiting{at->second.first, entries_.at(at->second).what};
}

std::optional<time_point> backoff_queue::due_of(job_id job,
                                                task_index index) const {
  const auto first = next(job, index);
  if (!first || !first->what.range.contains(index))
    return std::nullopt;
  return first->due;
}

void backoff_queue::take(job_id job, index_range range) {
  while (auto first = next(job, range.begin)) {
    const auto& whole = first->what;
    const auto gone = shared(whole.range, range);
    if (gone.empty())
      return;
    forget(by_job_.at(job).at(whole.range.end));
    for (auto rest : {index_range{whole.range.begin, gone.begin},
                      index_range{gone.end, whole.range.end}}) {
      auto piece = whole;
      piece.range = rest;
      if (!rest.empty())
        push(first->due, job, piece);
    }
  }
}

void backoff_queue::forget(key at) {
  const auto what = entries_.find(at);
  const auto job = by_job_.find(what->second.job);
  job->second.erase(what->second.what.range.end);
  if (job->second.empty())
    by_job_.erase(job);
  tasks_ -= what->second.what.range.size();
  entries_.erase(what);
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
  for (const auto& [end, at] : i->second) {
    const auto what = entries_.find(at);
    tasks_ -= what->second.what.range.size();
    entries_.erase(what);
  }
  by_job_.erase(i);
}

} // namespace troupe
