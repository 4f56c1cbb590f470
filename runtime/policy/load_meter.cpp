#include "runtime/policy/load_meter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace troupe {

namespace {

/// Returns the value below which `share` of all counted ones are; 0 without
/// any.
uint64_t quantile(const std::array<uint64_t, load_meter::classes>& counts,
                  uint64_t total, double share) {
  if (total == 0)
    return 0;
  auto rank =
    static_cast<uint64_t>(std::ceil(share * static_cast<double>(total)));
  uint64_t seen = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen >= rank)
      return load_meter::middle_of(i);
  }
  return load_meter::middle_of(counts.size() - 1); // Rounding of `rank`.
}

} // namespace

size_t load_meter::class_of(uint64_t value) {
  if (value < 8)
    return static_cast<size_t>(value);
  auto shift = static_cast<size_t>(std::bit_width(value)) - 4;
  return shift * 8 + static_cast<size_t>(value >> shift);
}

uint64_t load_meter::middle_of(size_t number) {
  if (number < 16)
    return number;
  auto shift = number / 8 - 1;
  auto low = uint64_t{number % 8 + 8} << shift;
  return low + (uint64_t{1} << shift) / 2;
}

int64_t load_meter::number_of(time_point when) {
  return std::max<int64_t>(when.time_since_epoch() / bucket_time, 0) + 1;
}

/// Makes the bucket of `now` the current one.
void load_meter::turn(time_point now) {
  auto number = number_of(now);
  if (first_ == 0)
    first_ = number;
  current_end_ = time_point{} + number * bucket_time;
  current_ = &ring_[static_cast<size_t>(number) % buckets];
  *current_ = {};
  current_->number = number;
}

void load_meter::observe(time_point now, uint64_t tasks, uint64_t failed,
                         uint64_t busy_ns) {
  if (tasks == 0)
    return;
  if (current_ == nullptr || now >= current_end_)
    turn(now);
  failed = std::min(failed, tasks);
  auto accepted = tasks - failed;
  accepted_ += accepted;
  failed_ += failed;
  current_->accepted += accepted;
  current_->failed += failed;
  current_->run_ns[class_of(busy_ns / tasks)] += tasks;
}

load_meter::rates load_meter::measure(time_point now) const {
  rates result;
  if (first_ == 0)
    return result;
  auto last = std::max(number_of(now), current_->number);
  auto oldest = last - static_cast<int64_t>(buckets) + 1;
  bucket sum;
  uint64_t tasks = 0;
  for (const auto& part : ring_) {
    if (part.number < oldest || part.number == 0)
      continue;
    sum.accepted += part.accepted;
    sum.failed += part.failed;
    tasks += part.accepted + part.failed;
    for (size_t i = 0; i < classes; ++i)
      sum.run_ns[i] += part.run_ns[i];
  }
  auto begin = time_point{} + (std::max(oldest, first_) - 1) * bucket_time;
  auto time = std::max<duration>(now - begin, window_min);
  auto seconds = std::chrono::duration<double>(time).count();
  result.accepted_per_s = static_cast<double>(sum.accepted) / seconds;
  result.failed_per_s = static_cast<double>(sum.failed) / seconds;
  result.run_ns_p50 = quantile(sum.run_ns, tasks, 0.5);
  result.run_ns_p90 = quantile(sum.run_ns, tasks, 0.9);
  result.run_ns_p99 = quantile(sum.run_ns, tasks, 0.99);
  return result;
}

} // namespace troupe
