#include "actors/event_ring.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// What an event takes, roughly.
size_t bytes_of(const event& x) {
  const auto& job = x.status;
  return sizeof(event) + x.node.size() + x.text.size() + job.name.size()
         + job.function.size() + job.reducer.size() + job.reason.size()
         + job.result_type.size();
}

} // namespace

event_ring::event_ring(uint64_t id, size_t most) : id_(id), events_max_(most) {
  // nop
}

void event_ring::push(const event& what) {
  if (what.kind == event_kind::job_progress)
    return;
  std::lock_guard guard{mutex_};
  bytes_ += bytes_of(what);
  events_.push_back(what);
  events_.back().seq = ++last_seq_;
  while (events_.size() > events_max_
         || (bytes_ > bytes_max && events_.size() > 1)) {
    bytes_ -= bytes_of(events_.front());
    events_.pop_front();
  }
}

event_ring::page event_ring::read(uint64_t after, size_t most,
                                  size_t room) const {
  page result;
  std::lock_guard guard{mutex_};
  // Whoever asks with a number of another ring starts anew.
  if (after > last_seq_)
    after = 0;
  result.next = after;
  auto first = last_seq_ - events_.size();
  if (after < first)
    result.lost = first - after;
  size_t bytes = 0;
  for (auto i = std::max(after, first) - first; i < events_.size(); ++i) {
    const auto& x = events_[i];
    bytes += bytes_of(x);
    auto full = bytes > room && !result.events.empty();
    if (result.events.size() == most || full) {
      result.more = true;
      return result;
    }
    result.events.push_back(x);
    result.next = x.seq;
  }
  return result;
}

uint64_t event_ring::last() const {
  std::lock_guard guard{mutex_};
  return last_seq_;
}

} // namespace troupe
