#include "nodes/shell/watch_feed.hpp"

#include "nodes/shell/progress_bar.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace troupe::shell {

namespace {

constexpr std::chrono::milliseconds ask_interval{500};
/// How long the end of the threads is awaited.
constexpr std::chrono::milliseconds end_patience{200};

using clock = std::chrono::steady_clock;

} // namespace

/// What the threads and the feed share. Threads hold it, so that nobody has to
/// wait for their end.
struct watch_feed::shared {
  shared(client from, const job_status& what)
    : coordinator(std::move(from)), job(what.id),
      looked_at(clock::now() - std::chrono::microseconds{what.seconds_us}) {
    // nop
  }

  /// Runs until it is to stop, with pauses. What it asks may take as long as a
  /// request.
  template <class F>
  void run(F look) {
    std::unique_lock guard{mutex};
    while (!stop) {
      guard.unlock();
      look();
      guard.lock();
      changed.wait_for(guard, ask_interval, [this] { return stop.load(); });
    }
    if (--running == 0)
      coordinator.reset(); // The host of an actor system may take it down now.
    changed.notify_all();
  }

  void ask() {
    if (auto shares = coordinator->shares(job))
      take_shares(*shares);
  }

  void listen() {
    wait_options how;
    how.interrupted = &stop;
    // A coordinator that does not come back is found by whoever waits for the
    // job; this one tries again as long as that does.
    static_cast<void>(coordinator->follow_events(
      job, [this](const event& x) { return take_event(x); }, how));
  }

  void take_shares(const std::vector<job_share>& shares) {
    auto now = clock::now();
    std::unique_lock guard{mutex};
    nodes.clear();
    for (const auto& share : shares) {
      auto& rate = rates[share.node];
      if (share.succeeded < rate.succeeded) // Another coordinator counts anew.
        rate = {};
      else if (rate.succeeded == 0) // It did nothing until it was looked at.
        rate.meter.update(0, looked_at);
      rate.succeeded = share.succeeded;
      rate.meter.update(share.succeeded, now);
      nodes.push_back({share, rate.meter.per_second()});
    }
    looked_at = now;
    std::sort(nodes.begin(), nodes.end(), [](const auto& x, const auto& y) {
      return x.share.node < y.share.node;
    });
  }

  bool take_event(const event& what) {
    std::unique_lock guard{mutex};
    more_failures += what.dropped;
    auto is_failure = what.job == job
                      && (what.kind == event_kind::task_failed
                          || what.kind == event_kind::task_dead);
    if (is_failure) {
      if (failures.size() < failures_max)
        failures.push_back({what.index, what.kind == event_kind::task_dead,
                            what.node, what.text});
      else
        ++more_failures;
    }
    return !stop;
  }

  std::optional<client> coordinator; ///< As long as a thread runs.
  const job_id job;
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> stop = false;
  size_t running = 2; ///< Threads.
  std::vector<watched_node> nodes;
  struct node_rate {
    rate_meter meter;
    uint64_t succeeded = 0;
  };
  std::map<std::string, node_rate> rates;
  clock::time_point looked_at; ///< The start of the job at first.
  std::vector<watched_failure> failures;
  uint64_t more_failures = 0;
};

watch_feed::watch_feed(const client& coordinator, const job_status& job)
  : shared_(std::make_shared<shared>(coordinator, job)) {
  std::thread{[state = shared_] {
    state->run([&state] { state->ask(); });
  }}.detach();
  std::thread{[state = shared_] {
    state->run([&state] { state->listen(); });
  }}.detach();
}

watch_feed::~watch_feed() {
  std::unique_lock guard{shared_->mutex};
  shared_->stop = true;
  shared_->changed.notify_all();
  shared_->changed.wait_for(guard, end_patience,
                            [this] { return shared_->running == 0; });
}

void watch_feed::take(watch_view& out) {
  std::unique_lock guard{shared_->mutex};
  out.nodes = shared_->nodes;
  out.failures = std::exchange(shared_->failures, {});
  out.more_failures = std::exchange(shared_->more_failures, 0);
  if (!is_terminal(out.job.state))
    return;
  for (auto& node : out.nodes) {
    node.share.leased = 0;
    node.per_second = average_rate(node.share.succeeded, out.job.seconds_us);
  }
}

} // namespace troupe::shell
