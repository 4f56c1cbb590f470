// What one decision costs in a large cluster: the dispatcher alone, without
// messages, on a simulated clock. Workers of one slot run tasks of 100 ms each;
// a message takes 0.5 ms, and what arrives within 0.1 ms is handled together.
//
// Prints troupe.core_us (CPU microseconds of dispatcher and simulation for one
// task: grant, slice, answer) and troupe.core_busy (the share of their time in
// which the workers run tasks, from the first grant to the last result).

#include "runtime/policy/dispatcher.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

#include <algorithm>
#include <ctime>
#include <deque>
#include <utility>

namespace troupe::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto task_time = 100ms;
constexpr auto hop = 500us;
constexpr auto together = 100us;

/// A slice on its way to the scheduler.
struct arrival {
  time_point at{};
  dispatcher::granted of;
};

class simulated_cluster {
public:
  simulated_cluster(uint64_t workers, uint64_t tasks)
    : workers_(workers), tasks_(tasks) {
    dispatcher::job_terms job;
    job.id = 1;
    job.function = "f";
    job.payload = false;
    job.tasks = tasks;
    core_.add_job(job);
    for (worker_id id = 1; id <= workers; ++id)
      core_.add_worker({id, std::to_string(id), 1, 1 << 20, 1 << 20, {"f"}});
  }

  /// Runs all tasks; returns how much of their time the workers were busy.
  double run() {
    uint64_t done = 0;
    while (done < tasks_) {
      for (auto& x : core_.dispatch(now_)) {
        auto busy = x.range.size() * task_time;
        under_way_.push_back({now_ + hop + busy + hop, std::move(x)});
      }
      if (under_way_.empty())
        die("nothing runs and nothing is granted");
      // All take as long, so they arrive in the order of their grants.
      now_ = std::max(now_, under_way_.front().at) + together;
      while (!under_way_.empty() && under_way_.front().at <= now_) {
        done += under_way_.front().of.range.size();
        accept(under_way_.front().of);
        under_way_.pop_front();
      }
      (void)core_.take_reports();
      (void)core_.take_lease_events();
      (void)core_.take_steals();
    }
    if (core_.leases().size() > 0)
      die("leases are left when all tasks have ended");
    auto seconds = std::chrono::duration<double>(now_ - time_point{}).count();
    auto ideal = std::chrono::duration<double>(task_time).count()
                 * static_cast<double>(tasks_);
    return ideal / (seconds * static_cast<double>(workers_));
  }

private:
  void accept(const dispatcher::granted& of) {
    slice what;
    what.lease = of.lease;
    what.job = of.job;
    what.range = of.range;
    what.busy_ns =
      of.range.size() * std::chrono::nanoseconds{task_time}.count();
    if (core_.judge(of.worker, what) != slice_verdict::accept)
      die("an honest slice is not accepted");
    (void)core_.begin_accept(what, now_);
    core_.end_accept(what, now_);
  }

  uint64_t workers_ = 0;
  uint64_t tasks_ = 0;
  dispatcher core_{1, make_seeded_random(1)};
  time_point now_{};
  std::deque<arrival> under_way_;
};

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  using namespace troupe::bench;
  auto terms = parse_settings(argc, argv);
  auto tasks = terms.smoke ? 1'000'000 : 10'000'000;
  simulated_cluster cluster{10'000, static_cast<uint64_t>(tasks)};
  auto begin = std::clock();
  auto busy = cluster.run();
  auto seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  print_metric("troupe.core_us", 1e6 * seconds / tasks);
  print_metric("troupe.core_busy", busy);
}
