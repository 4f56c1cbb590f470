#include "nodes/shell/watch_feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::shell {

namespace {

constexpr auto ask_interval = std::chrono::milliseconds{500};

} // namespace

watch_feed::watch_feed(const client& coordinator, job_id job)
  : coordinator_(coordinator), job_(job) {
  asking_ = std::thread{[this] { ask(); }};
  listening_ = std::thread{[this] { listen(); }};
}

watch_feed::~watch_feed() {
  {
    std::unique_lock guard{mutex_};
    stop_ = true;
  }
  stopped_.notify_all();
  asking_.join();
  listening_.join();
}

void watch_feed::take(watch_view& out) {
  std::unique_lock guard{mutex_};
  out.nodes = nodes_;
  out.failures = std::exchange(failures_, {});
  out.more_failures = std::exchange(more_failures_, 0);
}

void watch_feed::refresh() {
  if (auto shares = coordinator_.shares(job_))
    take_shares(*shares);
}

void watch_feed::ask() {
  std::unique_lock guard{mutex_};
  while (!stop_) {
    guard.unlock();
    refresh();
    guard.lock();
    stopped_.wait_for(guard, ask_interval, [this] { return stop_.load(); });
  }
}

void watch_feed::listen() {
  wait_options how;
  how.interrupted = &stop_;
  // A coordinator that does not come back is found by whoever waits for the
  // job; this one tries again as long as that does.
  std::unique_lock guard{mutex_};
  while (!stop_) {
    guard.unlock();
    static_cast<void>(coordinator_.follow_events(
      job_, [this](const event& x) { return take_event(x); }, how));
    guard.lock();
    stopped_.wait_for(guard, ask_interval, [this] { return stop_.load(); });
  }
}

void watch_feed::take_shares(const std::vector<job_share>& shares) {
  auto now = std::chrono::steady_clock::now();
  std::unique_lock guard{mutex_};
  nodes_.clear();
  for (const auto& share : shares) {
    auto& rate = rates_[share.node];
    if (share.succeeded < rate.succeeded) // Another coordinator counts anew.
      rate.meter = {};
    rate.succeeded = share.succeeded;
    rate.meter.update(share.succeeded, now);
    nodes_.push_back({share, rate.meter.per_second()});
  }
  std::sort(nodes_.begin(), nodes_.end(), [](const auto& x, const auto& y) {
    return x.share.node < y.share.node;
  });
}

bool watch_feed::take_event(const event& what) {
  std::unique_lock guard{mutex_};
  more_failures_ += what.dropped;
  auto is_failure = what.job == job_
                    && (what.kind == event_kind::task_failed
                        || what.kind == event_kind::task_dead);
  if (is_failure) {
    if (failures_.size() < failures_max)
      failures_.push_back(
        {what.index, what.kind == event_kind::task_dead, what.node, what.text});
    else
      ++more_failures_;
  }
  return !stop_;
}

} // namespace troupe::shell
