#include "runtime/model/ready_queue.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

namespace troupe {

namespace {

// Pieces of a lease that was lost in a crash stay apart: the next crash must
// tell them from each other.
bool same_history(const ready_range& x, const ready_range& y) {
  return x.attempt == y.attempt && x.crashes == 0 && y.crashes == 0;
}

// Without the tie by id, a set would take two equal jobs for one.
ready_queue::job_order total(ready_queue::job_order order) {
  return [order = std::move(order)](job_id x, job_id y) {
    return order(x, y) || (x < y && !order(y, x));
  };
}

} // namespace

ready_queue::ready_queue(job_order order) : order_(total(std::move(order))) {
  // nop
}

void ready_queue::push(job_id job, const ready_range& what) {
  assert(!what.range.empty());
  auto [i, added] = jobs_.try_emplace(job);
  if (added)
    order_.insert(job);
  auto& [ranges, tasks] = i->second;
  tasks += what.range.size();
  tasks_ += what.range.size();
  auto next = ranges.upper_bound(what.range.begin);
  assert(next == ranges.end() || next->second.range.begin >= what.range.end);
  auto prev = next == ranges.begin() ? ranges.end() : std::prev(next);
  const auto joins_next = next != ranges.end()
                          && next->second.range.begin == what.range.end
                          && same_history(next->second, what);
  const auto joins_prev = prev != ranges.end()
                          && prev->second.range.end == what.range.begin
                          && same_history(prev->second, what);
  if (joins_next) {
    next->second.range.begin =
      joins_prev ? prev->second.range.begin : what.range.begin;
    if (joins_prev) {
      ranges.erase(prev);
      --ranges_;
    }
  } else if (joins_prev) {
    auto node = ranges.extract(prev);
    node.key() = node.mapped().range.end = what.range.end;
    ranges.insert(next, std::move(node));
  } else {
    ranges.emplace_hint(next, what.range.end, what);
    ++ranges_;
  }
}

std::optional<ready_range> ready_queue::pop(job_id job, uint64_t most) {
  auto i = jobs_.find(job);
  if (i == jobs_.end() || most == 0)
    return std::nullopt;
  auto& [ranges, tasks] = i->second;
  auto first = ranges.begin();
  auto taken = first->second;
  const auto n = std::min(most, taken.range.size());
  taken.range.end = taken.range.begin + n;
  tasks -= n;
  tasks_ -= n;
  first->second.range.begin += n;
  if (first->second.range.empty()) {
    ranges.erase(first);
    --ranges_;
    if (ranges.empty())
      erase(i);
  }
  return taken;
}

const ready_range* ready_queue::front(job_id job) const {
  auto i = jobs_.find(job);
  return i == jobs_.end() ? nullptr : &i->second.ranges.begin()->second;
}

const ready_range* ready_queue::next(job_id job, task_index from) const {
  auto i = jobs_.find(job);
  if (i == jobs_.end())
    return nullptr;
  auto at = i->second.ranges.upper_bound(from);
  return at == i->second.ranges.end() ? nullptr : &at->second;
}

std::vector<ready_range> ready_queue::parts(job_id job,
                                            index_range range) const {
  std::vector<ready_range> result;
  auto i = jobs_.find(job);
  if (i == jobs_.end())
    return result;
  const auto& ranges = i->second.ranges;
  for (auto x = ranges.upper_bound(range.begin);
       x != ranges.end() && x->second.range.begin < range.end; ++x) {
    result.push_back(x->second);
    auto& cut = result.back().range;
    cut = {std::max(cut.begin, range.begin), std::min(cut.end, range.end)};
  }
  return result;
}

std::vector<ready_range> ready_queue::take(job_id job, index_range range) {
  auto taken = parts(job, range);
  for (const auto& part : taken) {
    auto i = jobs_.find(job);
    auto& [ranges, tasks] = i->second;
    auto whole = ranges.upper_bound(part.range.begin);
    auto rest = whole->second;
    tasks -= part.range.size();
    tasks_ -= part.range.size();
    whole->second.range.begin = part.range.end;
    if (whole->second.range.empty()) {
      ranges.erase(whole);
      --ranges_;
    }
    rest.range.end = part.range.begin;
    if (!rest.range.empty()) {
      ranges.emplace(rest.range.end, rest);
      ++ranges_;
    }
    if (ranges.empty())
      erase(i);
  }
  return taken;
}

uint64_t ready_queue::remove(job_id job) {
  auto i = jobs_.find(job);
  if (i == jobs_.end())
    return 0;
  const auto removed = i->second.tasks;
  tasks_ -= removed;
  ranges_ -= i->second.ranges.size();
  erase(i);
  return removed;
}

void ready_queue::for_each_job(const std::function<bool(job_id)>& visit) const {
  for (auto i = order_.begin(); i != order_.end();) {
    // Step first: the visitor may take the job's last range.
    const auto job = *i++;
    if (!visit(job))
      return;
  }
}

uint64_t ready_queue::tasks(job_id job) const {
  auto i = jobs_.find(job);
  return i == jobs_.end() ? 0 : i->second.tasks;
}

void ready_queue::erase(entry_map::iterator job) {
  order_.erase(job->first);
  jobs_.erase(job);
}

} // namespace troupe
