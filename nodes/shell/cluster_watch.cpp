#include "nodes/shell/cluster_watch.hpp"

#include "nodes/shell/background_call.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/wire/caf_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace troupe::shell {

namespace {

using reach = cluster_state::reach;
using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds second{1};
constexpr size_t notices_a_second = 10;
constexpr std::chrono::milliseconds look_pause{200};
/// A loss that is over sooner is not told.
constexpr std::chrono::seconds loss_patience{1};

/// What a look finds out.
struct seen_cluster {
  uint64_t jobs = 0;
  std::vector<node_info> nodes;
  incarnation lead = 0; ///< Of the coordinator's process.
};

incarnation lead_of(const std::vector<node_info>& nodes) {
  for (const auto& node : nodes)
    if (std::find(node.roles.begin(), node.roles.end(), "coordinator")
        != node.roles.end())
      return node.incarnation_id;
  return 0;
}

result<seen_cluster> look_at(const client& coordinator) {
  seen_cluster out;
  auto nodes = coordinator.nodes();
  if (!nodes)
    return tl::unexpected{from_caf(nodes.error())};
  out.nodes = std::move(*nodes);
  out.lead = lead_of(out.nodes);
  auto load = coordinator.load();
  if (!load)
    return tl::unexpected{from_caf(load.error())};
  out.jobs = load->jobs;
  return out;
}

void count(const seen_cluster& from, cluster_state& into) {
  into.jobs = from.jobs;
  into.nodes = into.suspect = into.lost = 0;
  for (const auto& node : from.nodes) {
    into.suspect += node.state == node_state::suspect ? 1 : 0;
    into.lost += node.state == node_state::down ? 1 : 0;
    into.nodes +=
      node.state == node_state::up || node.state == node_state::draining ? 1
                                                                         : 0;
  }
}

} // namespace

/// What the threads and the watch share. Threads hold it, so that nobody has to
/// wait for their end.
struct cluster_watch::shared {
  explicit shared(options given) : how(std::move(given)), state(how.begin) {
    // nop
  }

  // Both threads -------------------------------------------------------------

  void announce() {
    std::unique_lock guard{calling};
    if (!stopped)
      how.changed();
  }

  void add_notice(std::unique_lock<std::mutex>&, std::string text) {
    auto now = clock::now();
    if (now - second_began >= second) {
      second_began = now;
      told_in_second = 0;
    }
    if (notices.size() < notices_max && ++told_in_second <= notices_a_second)
      notices.push_back(std::move(text));
    else
      ++untold;
  }

  void note_lost(const std::string& problem) {
    {
      std::unique_lock guard{mutex};
      if (state.at == reach::lost)
        return;
      auto was = std::exchange(state.at, reach::lost);
      state.problem = problem;
      if (was == reach::connected) {
        lost_at = clock::now();
        loss_is_new = true;
        loss = fmt::format("lost the coordinator at {} ({}); trying to "
                           "reconnect",
                           state.where, escape_text(problem));
      } else if (waited_in_vain) {
        add_notice(guard, escape_text(problem) + "; trying again");
      }
      changed.notify_all();
    }
    announce();
  }

  /// @returns whether nobody was told of it.
  bool forget_loss(std::unique_lock<std::mutex>&) {
    return std::exchange(loss_is_new, false) || std::erase(notices, loss) > 0;
  }

  /// Tells a loss that has lasted. One that is over when it could be told is
  /// nobody's business any more.
  void tell_loss(clock::time_point since) {
    {
      std::unique_lock guard{mutex};
      if (!loss_is_new || clock::now() - since < loss_patience)
        return;
      loss_is_new = false;
      add_notice(guard, loss);
    }
    announce();
  }

  void note_seen(const seen_cluster& what) {
    {
      std::unique_lock guard{mutex};
      auto before = state;
      count(what, state);
      state.problem.clear();
      auto lead_before = std::exchange(lead, what.lead);
      auto anew = lead_before != 0 && lead_before != what.lead;
      auto was = std::exchange(state.at, reach::connected);
      // A loss that nobody was told of need not be told, unless jobs went.
      auto nobody_knows = was == reach::lost && forget_loss(guard);
      if (was == reach::lost && (anew || !nobody_knows))
        add_notice(
          guard,
          fmt::format("connected to the coordinator at {}{}", state.where,
                      anew ? "; it was started anew: its jobs are gone" : ""));
      else if (anew)
        add_notice(
          guard, fmt::format(
                   "the coordinator at {} was started anew: its jobs are gone",
                   state.where));
      if (state == before && !anew)
        return;
      changed.notify_all();
    }
    announce();
  }

  // The thread that looks ----------------------------------------------------

  void run_looks() {
    while (!stopped) {
      look_once();
      std::unique_lock guard{mutex};
      // However much happens.
      changed.wait_for(guard, look_pause, [this] { return stopped.load(); });
      changed.wait_for(guard, how.interval,
                       [this] { return stopped || wanted; });
      wanted = false;
      auto told_later = untold > 0;
      guard.unlock();
      if (told_later)
        announce();
    }
  }

  void look_once() {
    auto coordinator = current();
    if (!coordinator) {
      auto made = how.connect();
      if (!made)
        return note_lost(made.error().text);
      std::unique_lock guard{mutex};
      coordinator = connection = std::move(*made);
      changed.notify_all();
    }
    auto seen = ask(*coordinator);
    if (stopped)
      return;
    if (seen)
      return note_seen(*seen);
    note_lost(to_string(seen.error()));
    tell_loss(lost_at);
  }

  /// Asks, and meanwhile tells of a loss that this does not end soon: the one
  /// that asked before may have waited for an answer long after it was over.
  result<seen_cluster> ask(const client& coordinator) {
    if (!has_untold_loss())
      return look_at(coordinator);
    auto wait = [this, since = clock::now()] {
      tell_loss(since);
      return false;
    };
    return *call_unless(wait, [coordinator] { return look_at(coordinator); });
  }

  bool has_untold_loss() const {
    std::unique_lock guard{mutex};
    return loss_is_new;
  }

  std::optional<client> current() const {
    std::unique_lock guard{mutex};
    return connection;
  }

  // The thread that follows --------------------------------------------------

  void run_events() {
    while (!stopped) {
      auto coordinator = current();
      if (coordinator)
        follow(*coordinator);
      std::unique_lock guard{mutex};
      // What has gone wrong goes wrong again if it is tried at once; a first
      // connection is followed at once, or what happens right then is missed.
      changed.wait_for(guard, how.interval,
                       [&] { return stopped || (!coordinator && connection); });
    }
  }

  void follow(const client& coordinator) {
    wait_options options;
    options.interrupted = &stopped;
    auto sink = [this](const event& what) {
      take(what);
      return !stopped;
    };
    auto on_loss = [this](const std::string& problem) {
      if (!problem.empty())
        note_lost(problem);
      look();
    };
    // A loss is what the other thread notices, too.
    static_cast<void>(coordinator.follow_events(0, sink, options, on_loss));
  }

  void take(const event& what) {
    auto text = notice_text(what, told);
    if (text) {
      std::unique_lock guard{mutex};
      add_notice(guard, std::move(*text));
    }
    if (text)
      announce();
    if (what.kind != event_kind::job_progress)
      look();
  }

  void look() {
    std::unique_lock guard{mutex};
    wanted = true;
    changed.notify_all();
  }

  const options how;
  std::atomic<bool> stopped = false;
  std::atomic<told_events> told = told_events::all;
  std::mutex calling; ///< Held while `changed` of the options is called.
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  cluster_state state;
  std::optional<client> connection;
  incarnation lead = 0; ///< Of the coordinator as it was seen last.
  std::vector<std::string> notices;
  clock::time_point second_began;
  size_t told_in_second = 0;
  uint64_t untold = 0;
  std::string loss;                       ///< The sentence about the last one.
  bool loss_is_new = false;               ///< It is no notice yet.
  std::atomic<clock::time_point> lost_at; ///< Then it was noticed.
  bool wanted = false;                    ///< Somebody wants a look now.
  bool waited_in_vain = false; ///< Somebody was told that no answer came yet.
};

cluster_watch::cluster_watch(options how)
  : shared_(std::make_shared<shared>(std::move(how))) {
  threads_.emplace_back([kept = shared_] { kept->run_looks(); });
  threads_.emplace_back([kept = shared_] { kept->run_events(); });
}

cluster_watch::~cluster_watch() {
  stop();
  for (auto& thread : threads_)
    if (thread.joinable())
      thread.detach();
}

void cluster_watch::stop() {
  {
    std::unique_lock guard{shared_->calling};
    shared_->stopped = true;
  }
  std::unique_lock guard{shared_->mutex};
  shared_->changed.notify_all();
}

void cluster_watch::stop_and_wait() {
  stop();
  for (auto& thread : threads_)
    thread.join();
}

cluster_state cluster_watch::state() const {
  std::unique_lock guard{shared_->mutex};
  return shared_->state;
}

cluster_state
cluster_watch::wait_for_answer(std::chrono::milliseconds most) const {
  std::unique_lock guard{shared_->mutex};
  shared_->changed.wait_for(
    guard, most, [this] { return shared_->state.at != reach::unknown; });
  shared_->waited_in_vain = shared_->state.at == reach::unknown;
  return shared_->state;
}

std::vector<std::string> cluster_watch::take_notices() {
  std::unique_lock guard{shared_->mutex};
  auto out = std::exchange(shared_->notices, {});
  if (clock::now() - shared_->second_began < second)
    return out;
  auto more = std::exchange(shared_->untold, 0);
  if (more > 0)
    out.push_back(fmt::format("... and {} more events; \"set events off\" "
                              "tells none",
                              more));
  return out;
}

void cluster_watch::tell(told_events which) {
  shared_->told = which;
}

void cluster_watch::look() {
  shared_->look();
}

std::optional<client> cluster_watch::connection() const {
  return shared_->current();
}

} // namespace troupe::shell
