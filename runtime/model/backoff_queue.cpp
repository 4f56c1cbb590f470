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
  by_job_[job].insert(at);
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
  for (const auto& at : i->second) {
    auto part = entries_.at(at).what;
    part.range = shared(part.range, range);
    if (!part.range.empty())
      result.push_back(part);
  }
  std::sort(result.begin(), result.end(),
            [](auto& x, auto& y) { return x.range.begin < y.range.begin; });
  return result;
}

std::optional<time_point> backoff_queue::due_of(job_id job,
                                                task_index index) const {
  auto i = by_job_.find(job);
  if (i == by_job_.end())
    return std::nullopt;
  for (const auto& at : i->second)
    if (entries_.at(at).what.range.contains(index))
      return at.first;
  return std::nullopt;
}

void backoff_queue::take(job_id job, index_range range) {
  const auto i = by_job_.find(job);
  if (i == by_job_.end())
    return;
  const auto all = i->second; // The pieces around `range` come in anew.
  for (const auto& at : all) {
    const auto whole = entries_.at(at).what;
    const auto gone = shared(whole.range, range);
    if (gone.empty())
      continue;
    forget(at);
    for (auto rest : {index_range{whole.range.begin, gone.begin},
                      index_range{gone.end, whole.range.end}}) {
      auto piece = whole;
      piece.range = rest;
      if (!rest.empty())
        push(at.first, job, piece);
    }
  }
}

void backoff_queue::forget(key at) {
  const auto what = entries_.find(at);
  const auto job = by_job_.find(what->second.job);
  job->second.erase(at);
  if (job->second.empty())
    by_job_.erase(job);
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
  for (const auto& at : i->second)
    entries_.erase(at);
  by_job_.erase(i);
}

} // namespace troupe
