#include "runtime/policy/load_meter.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  auto count = std::chrono::duration_cast<std::chrono::microseconds>(x).count();
  return count > 0 ? static_cast<uint64_t>(count) : 0;
}

} // namespace

int64_t load_meter::number_of(time_point now) {
  return now.time_since_epoch() / bucket_time;
}

/// The octave is the place of the highest bit, the step the two bits below it.
size_t load_meter::length_of(uint64_t ns) {
  ns = std::max<uint64_t>(ns, 1);
  auto octave = static_cast<size_t>(std::bit_width(ns) - 1);
  auto step = octave < 2 ? (ns << (2 - octave)) & 3 : (ns >> (octave - 2)) & 3;
  return std::min(octave * steps_per_octave + step, length_count - 1);
}

/// The upper end of what `length_of` takes for the same.
uint64_t load_meter::ns_of(size_t length) {
  auto octave = length / steps_per_octave;
  auto step = static_cast<double>(length % steps_per_octave + 1);
  return static_cast<uint64_t>(std::ceil(
    std::ldexp(1 + step / steps_per_octave, static_cast<int>(octave))));
}

void load_meter::note(uint64_t tasks, uint64_t failed, uint64_t busy_ns,
                      time_point now) {
  auto number = number_of(now);
  if (first_ < 0)
    first_ = number;
  auto& current = buckets_[static_cast<size_t>(number) % bucket_count];
  if (current.number != number) {
    current = {};
    current.number = number;
  }
  auto accepted = tasks - std::min(failed, tasks);
  current.accepted += accepted;
  current.failed += failed;
  if (tasks > 0)
    current.lengths[length_of(busy_ns / tasks)] += tasks;
  accepted_ += accepted;
  failed_ += failed;
}

void load_meter::note_failure(recent_failure what, time_point now) {
  if (failures_.size() == limits::recent_failures_max)
    failures_.pop_front();
  failures_.emplace_back(now, std::move(what));
}

void load_meter::tell(cluster_load& out, time_point now) const {
  out.accepted = accepted_;
  out.failed = failed_;
  auto last = number_of(now);
  auto oldest = last - static_cast<int64_t>(bucket_count) + 1;
  uint64_t accepted = 0;
  uint64_t failed = 0;
  uint64_t tasks = 0;
  std::array<uint64_t, length_count> lengths{};
  for (const auto& x : buckets_) {
    if (x.number < oldest || x.number > last)
      continue;
    accepted += x.accepted;
    failed += x.failed;
    for (size_t i = 0; i < length_count; ++i) {
      lengths[i] += x.lengths[i];
      tasks += x.lengths[i];
    }
  }
  // The current span has not ended: only its part counts as time.
  auto begin = time_point{bucket_time * std::max(oldest, first_)};
  auto seconds = std::chrono::duration<double>{now - begin}.count();
  if (first_ >= 0 && seconds > 0) {
    seconds =
      std::max(seconds, std::chrono::duration<double>{bucket_time}.count());
    out.accepted_per_s = static_cast<double>(accepted) / seconds;
    out.failed_per_s = static_cast<double>(failed) / seconds;
  }
  auto percentile = [&](uint64_t percent) -> uint64_t {
    uint64_t seen = 0;
    for (size_t i = 0; i < length_count; ++i) {
      seen += lengths[i];
      if (seen > 0 && seen * 100 >= tasks * percent)
        return ns_of(i);
    }
    return 0;
  };
  out.run_ns_p50 = percentile(50);
  out.run_ns_p90 = percentile(90);
  out.run_ns_p99 = percentile(99);
  out.failures.clear();
  for (auto i = failures_.rbegin(); i != failures_.rend(); ++i) {
    out.failures.push_back(i->second);
    out.failures.back().ago_us = microseconds(now - i->first);
  }
}

} // namespace troupe
