#include "runtime/model/lease_history.hpp"

#include "runtime/base/limits.hpp"

#include <string_view>
#include <utility>

namespace troupe {

namespace {

// The first byte of an event: its kind, and what need not be said again.
constexpr unsigned kind_mask = 7;
constexpr unsigned same_lease = 8;
constexpr unsigned same_term = 16;
constexpr unsigned same_range = 32;
constexpr unsigned all_well = 64; // No task failed.
constexpr unsigned same_time = 128;
static_assert(lease_event_kind_count <= kind_mask + 1);

/// Seven bits a byte, the low ones first (LEB128).
void put(std::string& out, uint64_t x) {
  for (; x >= 0x80; x >>= 7)
    out.push_back(static_cast<char>(x | 0x80));
  out.push_back(static_cast<char>(x));
}

uint64_t get(std::string_view& in) {
  uint64_t result = 0;
  for (unsigned shift = 0;; shift += 7) {
    auto x = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    result |= uint64_t{x & 0x7fu} << shift;
    if (x < 0x80)
      return result;
  }
}

/// The difference of two numbers, so that small ones of either sign are short.
void put_step(std::string& out, uint64_t from, uint64_t to) {
  auto step = to - from;
  put(out, (step << 1) ^ (step >> 63 ? ~uint64_t{0} : 0));
}

uint64_t get_step(std::string_view& in, uint64_t from) {
  auto x = get(in);
  return from + ((x >> 1) ^ (x & 1 ? ~uint64_t{0} : 0));
}

bool is_held(lease_event_kind kind) {
  return kind == lease_event_kind::granted || kind == lease_event_kind::adopted;
}

/// Runs of neighbours: a slice of a thousand failures is one of them.
void put_failed(std::string& out, task_index from,
                const std::vector<task_index>& failed) {
  std::vector<index_range> runs;
  for (auto index : failed) {
    if (!runs.empty() && runs.back().end == index)
      ++runs.back().end;
    else
      runs.push_back({index, index + 1});
  }
  put(out, runs.size());
  for (const auto& run : runs) {
    put(out, run.begin - from);
    put(out, run.size());
    from = run.end;
  }
}

std::vector<task_index> get_failed(std::string_view& in, task_index from) {
  std::vector<task_index> result;
  for (auto runs = get(in); runs > 0; --runs) {
    from += get(in);
    for (auto tasks = get(in); tasks > 0; --tasks)
      result.push_back(from++);
  }
  return result;
}

} // namespace

void lease_history::add(const lease_event& what) {
  static_assert(limits::lease_events_max % block_events == 0);
  if (size() == 0)
    term_ = before_.lease.term = what.lease.term;
  if (events_ == block_events) {
    last_.shrink_to_fit();
    older_bytes_ += last_.size();
    older_.push_back(std::exchange(last_, {}));
    events_ = 0;
    before_ = {{term_, 0}, {}, 0};
  }
  if (size() == limits::lease_events_max) {
    older_bytes_ -= older_.front().size();
    older_.erase(older_.begin());
    incomplete_ = true;
  }
  ++events_;
  auto first = static_cast<unsigned>(what.kind);
  if (what.lease == before_.lease)
    first |= same_lease;
  else if (what.lease.term == before_.lease.term)
    first |= same_term;
  if (what.range == before_.range)
    first |= same_range;
  if (what.failed.empty())
    first |= all_well;
  if (what.at_us == before_.at_us)
    first |= same_time;
  last_.push_back(static_cast<char>(first));
  if (!(first & same_time))
    put_step(last_, std::exchange(before_.at_us, what.at_us), what.at_us);
  if (what.kind == lease_event_kind::resumed)
    return;
  if (!(first & (same_lease | same_term)))
    put_step(last_, before_.lease.term, what.lease.term);
  if (!(first & same_lease))
    put_step(last_, before_.lease.counter, what.lease.counter);
  if (is_held(what.kind))
    put(last_, what.worker);
  if (!(first & same_range)) {
    put_step(last_, before_.range.end, what.range.begin);
    put_step(last_, what.range.begin, what.range.end);
  }
  if (what.kind == lease_event_kind::accepted) {
    put(last_, what.seq);
    put(last_, what.waited_us);
    put(last_, what.took_us);
  }
  if (!(first & all_well))
    put_failed(last_, what.range.begin, what.failed);
  before_ = {what.lease, what.range, what.at_us};
}

std::vector<lease_event> lease_history::events(job_id job) const {
  std::vector<lease_event> result;
  result.reserve(size());
  for (const auto& block : older_)
    read(block, job, result);
  read(last_, job, result);
  return result;
}

void lease_history::read(const std::string& block, job_id job,
                         std::vector<lease_event>& out) const {
  context before{{term_, 0}, {}, 0};
  for (std::string_view in{block}; !in.empty();) {
    auto first = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    auto& x = out.emplace_back();
    x.kind = static_cast<lease_event_kind>(first & kind_mask);
    x.job = job;
    if (!(first & same_time))
      before.at_us = get_step(in, before.at_us);
    x.at_us = before.at_us;
    if (x.kind == lease_event_kind::resumed)
      continue;
    x.lease = before.lease;
    if (!(first & (same_lease | same_term)))
      x.lease.term = get_step(in, x.lease.term);
    if (!(first & same_lease))
      x.lease.counter = get_step(in, x.lease.counter);
    if (is_held(x.kind))
      x.worker = get(in);
    x.range = before.range;
    if (!(first & same_range)) {
      x.range.begin = get_step(in, before.range.end);
      x.range.end = get_step(in, x.range.begin);
    }
    if (x.kind == lease_event_kind::accepted) {
      x.seq = static_cast<uint32_t>(get(in));
      x.waited_us = get(in);
      x.took_us = get(in);
    }
    if (!(first & all_well))
      x.failed = get_failed(in, x.range.begin);
    before = {x.lease, x.range, x.at_us};
  }
}

size_t lease_history::bytes() const {
  return older_bytes_ + older_.capacity() * sizeof(std::string)
         + (last_.capacity() > std::string{}.capacity() ? last_.capacity() : 0);
}

} // namespace troupe
