#define CAF_SUITE placement_makespan

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

/// Skewed loads in a simulated cluster: each message takes 100 us, workers run
/// leases as the real one does, and the time until the last task ended is
/// compared with a greedy list schedule of the same tasks in the same order,
/// which costs nothing and knows all.
namespace {

using nanoseconds = std::chrono::nanoseconds;

struct slot_terms {
  double speed = 1;       ///< 0.25: takes four times as long.
  nanoseconds joins_at{}; ///< Later than the others.
};

struct load_terms {
  const char* what;
  std::vector<nanoseconds> tasks;
  std::vector<slot_terms> workers; ///< Of one slot each.
  nanoseconds believed;            ///< The run time that is known before.
};

nanoseconds stretched(nanoseconds x, double speed) {
  return nanoseconds{static_cast<int64_t>(double(x.count()) / speed)};
}

/// Gives each task, in their order, to the slot that would end it first.
nanoseconds greedy(const load_terms& of) {
  std::vector<nanoseconds> free_at;
  for (const auto& x : of.workers)
    free_at.push_back(x.joins_at);
  for (auto task : of.tasks) {
    size_t best = 0;
    auto end_on = [&](size_t i) {
      return free_at[i] + stretched(task, of.workers[i].speed);
    };
    for (size_t i = 1; i < free_at.size(); ++i)
      if (end_on(i) < end_on(best))
        best = i;
    free_at[best] = end_on(best);
  }
  return *std::max_element(free_at.begin(), free_at.end());
}

/// The cluster around one dispatcher.
class cluster {
public:
  cluster(const load_terms& of, const char* placement) : of_(of) {
    stage_.teach("f", of.believed);
    began_ = stage_.now;
    dispatcher::job_terms job;
    job.id = 1;
    job.function = "f";
    job.payload = false;
    job.tasks = of.tasks.size();
    job.placement = find_placement(placement);
    stage_.core.add_job(job);
    for (size_t i = 0; i < of.workers.size(); ++i)
      at(of.workers[i].joins_at, [this, i] {
        workers_[i + 1];
        stage_.core.add_worker(
          {i + 1, "n" + std::to_string(i), 1, 1 << 20, 1 << 20, {"f"}});
      });
  }

  nanoseconds makespan() {
    while (done_ < of_.tasks.size()) {
      if (auto due = stage_.core.next_due(); due && !wake_) {
        wake_ = true;
        at(std::max<nanoseconds>(*due - began_, clock_),
           [this] { wake_ = false; });
      }
      if (events_.empty())
        return nanoseconds::max(); // It hangs.
      auto next = events_.begin();
      clock_ = next->first;
      auto act = std::move(next->second);
      events_.erase(next);
      act();
      decide();
    }
    return clock_;
  }

private:
  static constexpr auto hop = nanoseconds{100us};

  struct lease_run {
    dispatcher::granted what;
    task_index next = 0; ///< The one that runs, or would.
    task_index sent = 0; ///< Of results.
    task_index end = 0;
    uint32_t seq = 0;
    nanoseconds busy{};
  };

  struct worker {
    std::deque<lease_run> queue; ///< The front one runs.
    bool busy = false;
  };

  void at(nanoseconds when, std::function<void()> act) {
    events_.emplace(when, std::move(act));
  }

  void decide() {
    stage_.now = began_ + clock_;
    for (auto& x : stage_.dispatch())
      at(clock_ + hop, [this, x] {
        auto& w = workers_.at(x.worker);
        w.queue.push_back({x, x.range.begin, x.range.begin, x.range.end});
        start(x.worker);
      });
    for (const auto& x : stage_.core.take_steals())
      at(clock_ + hop, [this, x] { shorten(x); });
  }

  void start(worker_id id) {
    auto& w = workers_.at(id);
    if (w.busy || w.queue.empty())
      return;
    auto& run = w.queue.front();
    w.busy = true;
    auto time = stretched(of_.tasks[run.next], of_.workers[id - 1].speed);
    at(clock_ + time, [this, id, time] { end_task(id, time); });
  }

  /// Results leave when a millisecond's worth is there, or the lease ends.
  void end_task(worker_id id, nanoseconds time) {
    auto& w = workers_.at(id);
    auto& run = w.queue.front();
    w.busy = false;
    run.busy += time;
    ++run.next;
    if (run.busy >= 1ms || run.next == run.end)
      send(run);
    if (run.next == run.end)
      w.queue.pop_front();
    start(id);
  }

  void send(lease_run& run) {
    if (run.sent == run.next)
      return;
    auto what =
      dispatcher_stage::part(run.what, run.seq++, {run.sent, run.next});
    what.busy_ns = static_cast<uint64_t>(run.busy.count());
    run.sent = run.next;
    run.busy = 0ns;
    at(clock_ + hop, [this, what] {
      stage_.now = began_ + clock_;
      stage_.accept(what);
      done_ += what.range.size();
    });
  }

  void shorten(const dispatcher::shortened_lease& asked) {
    auto& w = workers_.at(asked.worker);
    for (auto i = w.queue.begin(); i != w.queue.end(); ++i) {
      if (i->what.lease != asked.lease)
        continue;
      auto runs = w.busy && i == w.queue.begin();
      auto end =
        std::min(i->end, std::max(asked.end, i->next + (runs ? 1 : 0)));
      i->end = end;
      at(clock_ + hop, [this, asked, end] {
        stage_.now = began_ + clock_;
        stage_.core.trimmed(asked.worker, asked.lease, end);
      });
      if (!runs && i->next == i->end) {
        send(*i);
        w.queue.erase(i);
      }
      return;
    }
  }

  const load_terms& of_;
  dispatcher_stage stage_;
  time_point began_{};
  nanoseconds clock_{};
  std::multimap<nanoseconds, std::function<void()>> events_;
  std::map<worker_id, worker> workers_;
  uint64_t done_ = 0;
  bool wake_ = false;
};

/// Run times by Pareto's law: most are short, some are very long.
std::vector<nanoseconds> pareto(size_t tasks, nanoseconds least, double shape,
                                uint64_t seed) {
  auto random = make_seeded_random(seed);
  std::vector<nanoseconds> result;
  for (size_t i = 0; i < tasks; ++i) {
    auto x = std::pow(1 - random->uniform(), -1 / shape);
    result.push_back(stretched(least, 1 / std::min(x, 1e4)));
  }
  return result;
}

std::vector<nanoseconds> equal(size_t tasks, nanoseconds each) {
  return std::vector<nanoseconds>(tasks, each);
}

std::vector<load_terms> skewed_loads() {
  std::vector<slot_terms> eight(8);
  auto one_slow = eight;
  one_slow[3].speed = 0.25;
  auto one_late = eight;
  one_late[7].joins_at = 150ms;
  std::vector<load_terms> result;
  for (uint64_t seed = 1; seed <= 3; ++seed)
    result.push_back({"Pareto, shape 1.1, from 1 ms",
                      pareto(3000, 1ms, 1.1, seed), eight, 1ms});
  result.push_back({"Pareto, shape 1.5, from 100 us",
                    pareto(40'000, 100us, 1.5, 4), eight, 0ns});
  result.push_back(
    {"Pareto, shape 2, from 20 ms", pareto(500, 20ms, 2, 5), eight, 50ms});
  result.push_back({"one slow node", equal(4000, 1ms), one_slow, 1ms});
  result.push_back(
    {"one slow node, long tasks", equal(400, 15ms), one_slow, 0ns});
  result.push_back({"a node joins late", equal(4000, 1ms), one_late, 1ms});
  auto misjudged = equal(2000, 1ms);
  for (size_t i = 0; i < misjudged.size(); i += 100)
    misjudged[i] = 40ms;
  result.push_back({"twenty are forty times as long", misjudged, eight, 100us});
  return result;
}

} // namespace

CAF_TEST(policies_that_steal_come_near_a_greedy_schedule) {
  for (const auto& load : skewed_loads())
    for (auto name : {"adaptive", "work_stealing"}) {
      auto ideal = greedy(load);
      auto got = cluster{load, name}.makespan();
      auto ratio = double(got.count()) / double(ideal.count());
      CAF_MESSAGE(load.what << ", " << name << ": " << ratio);
      CAF_CHECK_LESS(ratio, 1.1);
    }
}

CAF_TEST(every_policy_ends_every_load) {
  for (const auto& load : skewed_loads())
    for (const auto& policy : placement_policies()) {
      auto got = cluster{load, std::string{policy.name}.c_str()}.makespan();
      auto ratio = double(got.count()) / double(greedy(load).count());
      CAF_MESSAGE(load.what << ", " << policy.name << ": " << ratio);
      CAF_CHECK_LESS(ratio, 20);
    }
}
