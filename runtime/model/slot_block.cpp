#include "runtime/model/slot_block.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <iterator>
#include <utility>

namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  auto count = std::chrono::duration_cast<std::chrono::microseconds>(x).count();
  return static_cast<uint64_t>(std::max<int64_t>(count, 0));
}

} // namespace

uint64_t slot_block::output::waited_us(time_point arrived_at) const {
  return microseconds(began_at - arrived_at);
}

uint64_t slot_block::output::took_us() const {
  return microseconds(ended_at - began_at);
}

void slot_block::block_output::clear() {
  range = {};
  results.clear();
  failed.clear();
  busy_ns = 0;
}

void slot_block::begin(lease_id lease, index_range range,
                       std::unique_ptr<result_collector> collector) {
  const std::lock_guard guard{mutex_};
  assert(is_finished() && pending_.range.empty());
  assert(collector != nullptr);
  lease_ = lease;
  range_ = range;
  claimed_ = published_ = range.begin;
  stop_ = false;
  ended_ = false;
  fenced_ = false;
  broken_ = false;
  starved_ = false;
  flush_said_ = false;
  started_at_.reset();
  collector_ = std::move(collector);
  failed_bytes_ = 0;
  pending_ = {};
  next_seq_ = 0;
}

task_index slot_block::trim(task_index end) {
  const std::lock_guard guard{mutex_};
  range_.end = std::min(range_.end, std::max(end, claimed_));
  return range_.end;
}

void slot_block::stop() {
  // Under the lock, so that it cannot hit the lease that comes next.
  const std::lock_guard guard{mutex_};
  stop_ = true;
  ended_ = true;
}

bool slot_block::time_out(time_point claimed_before, time_point now) {
  const std::lock_guard guard{mutex_};
  if (fenced_ || ended_ || claimed_ != published_ + 1 || !started_at_
      || *started_at_ > claimed_before)
    return false;
  using std::chrono::duration_cast;
  const auto ran = now - *started_at_;
  block_output failure;
  failure.range = {published_, claimed_};
  failure.busy_ns =
    static_cast<uint64_t>(duration_cast<std::chrono::nanoseconds>(ran).count());
  const auto ran_ms = duration_cast<std::chrono::milliseconds>(ran).count();
  failure.failed.push_back(
    {published_, errc::timed_out,
     "the attempt was stopped after " + std::to_string(ran_ms)
       + " ms: it ran longer than the job's task timeout",
     failure.busy_ns / 1000});
  merge(failure);
  fenced_ = true;
  stop_ = true;
  started_at_.reset();
  return true;
}

bool slot_block::fenced() const {
  const std::lock_guard guard{mutex_};
  return fenced_;
}

void slot_block::move_rest_to(slot_block& next) {
  const std::scoped_lock guard{mutex_, next.mutex_};
  next.lease_ = lease_;
  next.range_ = {pending_.range.empty() ? published_ : pending_.range.begin,
                 range_.end};
  next.claimed_ = next.published_ = published_;
  next.paused_ = paused_;
  next.next_seq_ = next_seq_;
  next.broken_ = broken_;
  next.failed_bytes_ = failed_bytes_;
  next.pending_ = std::exchange(pending_, {});
  next.collector_ = std::move(collector_);
  // If its runner returns after all, it finds a finished lease.
  claimed_ = published_;
  fenced_ = true;
  ended_ = true;
  stop_ = true;
  started_at_.reset();
}

void slot_block::pause() {
  const std::lock_guard guard{mutex_};
  paused_ = true;
}

bool slot_block::resume() {
  const std::lock_guard guard{mutex_};
  paused_ = false;
  return std::exchange(starved_, false);
}

std::optional<slot_block::output> slot_block::take() {
  const std::lock_guard guard{mutex_};
  if (pending_.range.empty())
    return std::nullopt;
  auto taken = std::exchange(pending_, {});
  taken.results = collector_->take();
  taken.seq = next_seq_++;
  failed_bytes_ = 0;
  flush_said_ = false;
  return taken;
}

index_range slot_block::remaining() const {
  const std::lock_guard guard{mutex_};
  if (published_ >= range_.end)
    return {};
  return {published_, range_.end};
}

uint32_t slot_block::next_seq() const {
  const std::lock_guard guard{mutex_};
  return next_seq_;
}

lease_id slot_block::lease() const {
  const std::lock_guard guard{mutex_};
  return lease_;
}

std::optional<time_point> slot_block::started_at() const {
  const std::lock_guard guard{mutex_};
  return started_at_;
}

std::optional<index_range> slot_block::claim(uint64_t most, time_point now) {
  const std::lock_guard guard{mutex_};
  assert(claimed_ == published_);
  if (most == 0 || ended_ || is_finished())
    return std::nullopt;
  if (paused_ || is_held_up()) {
    starved_ = true;
    return std::nullopt;
  }
  const auto n = std::min(most, range_.end - claimed_);
  const index_range block{claimed_, claimed_ + n};
  claimed_ = block.end;
  started_at_ = now;
  return block;
}

slot_block::advice slot_block::publish(block_output& what) {
  const std::lock_guard guard{mutex_};
  if (std::exchange(fenced_, false)) {
    what.clear();
    stop_ = ended_;
    return is_finished() ? advice::ended : advice::go_on;
  }
  assert(!what.range.empty() && what.range.begin == published_
         && what.range.end <= claimed_);
  const auto is_first = pending_.range.empty();
  merge(what);
  what.clear();
  if (published_ == claimed_)
    started_at_.reset();
  if (is_finished())
    return advice::ended;
  if (is_full() && !flush_said_) {
    flush_said_ = true;
    return advice::flush;
  }
  return is_first ? advice::announce : advice::go_on;
}

void slot_block::unclaim() {
  const std::lock_guard guard{mutex_};
  claimed_ = published_;
  started_at_.reset();
}

bool slot_block::finished() const {
  const std::lock_guard guard{mutex_};
  return is_finished();
}

bool slot_block::is_finished() const {
  return claimed_ == published_ && !fenced_
         && (claimed_ == range_.end || broken_ || ended_);
}

bool slot_block::is_full() const {
  if (collector_->bytes() + failed_bytes_ >= limits::slice_bytes_flush)
    return true;
  const auto entries = collector_->grows_by_result() ? pending_.range.size()
                                                     : pending_.failed.size();
  return entries >= limits::slice_results_max;
}

bool slot_block::is_held_up() const {
  return !pending_.range.empty()
         && collector_->bytes() + failed_bytes_ >= limits::slice_bytes_held;
}

void slot_block::merge(block_output& what) {
  const auto began = started_at_.value_or(pending_.ended_at);
  if (pending_.range.empty()) {
    pending_.range.begin = what.range.begin;
    pending_.began_at = began;
  }
  pending_.ended_at = began + std::chrono::nanoseconds{what.busy_ns};
  pending_.range.end = published_ = what.range.end;
  pending_.busy_ns += what.busy_ns;
  for (const auto& x : what.failed)
    failed_bytes_ += sizeof(x) + x.text.size();
  std::move(what.failed.begin(), what.failed.end(),
            std::back_inserter(pending_.failed));
  // After an error the job has failed and nobody wants the rest.
  for (uint32_t i = 0; i < what.results.size() && !broken_; ++i) {
    if (auto added = collector_->add(what.results[i]); !added) {
      broken_ = true;
      pending_.fatal = std::move(added.error());
    }
  }
}

} // namespace troupe
