#define CAF_SUITE credit

#include "runtime/policy/credit.hpp"
#include "runtime/policy/placement.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <vector>

using namespace troupe;

namespace {

constexpr uint64_t us = 1000;
constexpr uint64_t ms = 1000 * us;
constexpr uint64_t much = std::numeric_limits<uint64_t>::max();

worker_load loaded(uint32_t slots, size_t leases, uint64_t tasks,
                   uint64_t estimated_ns) {
  return {slots, leases, tasks, estimated_ns, 0, much, much};
}

} // namespace

CAF_TEST(run_times_are_a_moving_average) {
  run_time_estimates run_times;
  CAF_CHECK_EQUAL(run_times.ns_per_task("f"), 0u);
  run_times.observe("f", 0, 5000);
  CAF_CHECK_EQUAL(run_times.ns_per_task("f"), 0u);
  run_times.observe("f", 10, 10'000);
  CAF_CHECK_EQUAL(run_times.ns_per_task("f"), 1000u);
  run_times.observe("f", 1, 2000);
  CAF_CHECK_EQUAL(run_times.ns_per_task("f"), 1250u);
  run_times.observe("f", 1, 250);
  CAF_CHECK_EQUAL(run_times.ns_per_task("f"), 1000u);
  CAF_CHECK_EQUAL(run_times.ns_per_task("g"), 0u);
  run_times.observe("g", 1000, 0);
  CAF_CHECK_EQUAL(run_times.ns_per_task("g"), 1u); // Known, so not 0.
  run_times.observe("h", 1, much);
  CAF_CHECK_EQUAL(run_times.ns_per_task("h"),
                  uint64_t{1'000'000'000'000'000'000});
}

CAF_TEST(a_lease_weighs_its_run_time_up_to_the_target) {
  struct row {
    const char* what;
    uint64_t tasks;
    uint64_t ns_per_task;
    uint64_t want;
  };
  const row rows[] = {
    {"nothing left", 0, 50 * ms, 0},
    {"nothing left of unknown ones", 0, 0, 0},
    {"short ones", 10, 1 * us, 10 * us},
    {"an unknown one", 1, 0, 20 * ms},
    {"just the target", 20, 1 * ms, 20 * ms},
    {"a long one", 1, 600'000 * ms, 20 * ms},
    {"no overflow", much, much, 20 * ms},
  };
  for (const auto& [what, tasks, ns, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(lease_estimate_ns(tasks, ns), want);
  }
}

namespace {

constexpr auto payload_max = limits::credit_payload_tasks_max;
constexpr auto range_max = limits::credit_range_tasks_max;

struct size_row {
  const char* what;
  worker_load load;
  grant_question question;
  uint64_t want;
};

void check_sizes(const std::vector<size_row>& rows) {
  for (const auto& [what, load, question, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(lease_size(load, question), want);
  }
}

} // namespace

CAF_TEST(what_a_free_slot_gets) {
  check_sizes({
    {"half of the target", loaded(1, 0, 0, 0), {10 * us, true, much, 1}, 1000},
    {"the payload cap", loaded(1, 0, 0, 0), {1, true, much, 1}, payload_max},
    {"the range cap", loaded(1, 0, 0, 0), {1, false, much, 1}, range_max},
    {"an unknown run time", loaded(1, 0, 0, 0), {0, false, much, 1}, 1},
    {"a long task", loaded(1, 0, 0, 0), {600'000 * ms, true, much, 1}, 1},
    {"the longest task", loaded(1, 0, 0, 0), {much, true, much, 1}, 1},
    {"nothing is ready", loaded(1, 0, 0, 0), {10 * us, true, 0, 1}, 0},
    {"one is ready", loaded(1, 0, 0, 0), {10 * us, true, 1, 100}, 1},
    {"an equal share", loaded(1, 0, 0, 0), {10 * us, true, 100, 2}, 25},
    {"rounded up", loaded(1, 0, 0, 0), {10 * us, true, 101, 2}, 26},
    {"no slots are some", loaded(0, 0, 0, 0), {10 * us, true, 100, 0}, 50},
    {"endless slots", loaded(1, 0, 0, 0), {ms, true, much, much}, 2},
    {"worth a lease", loaded(1, 0, 0, 0), {1 * us, true, 1000, 8}, 100},
    {"all there is", loaded(1, 0, 0, 0), {1 * us, true, 30, 8}, 30},
    {"one each", loaded(1, 0, 0, 0), {200 * us, true, 16, 8}, 1},
    {"one each, unknown", loaded(1, 0, 0, 0), {0, true, 16, 8}, 1},
    {"a free slot beside a long task",
     loaded(2, 1, 1, 600'000 * ms),
     {10 * us, true, much, 2},
     1000},
  });
}

CAF_TEST(what_waits_behind_the_running_lease) {
  check_sizes({
    {"the second lease",
     loaded(1, 1, 1000, 10 * ms),
     {10 * us, true, much, 1},
     1000},
    {"room for more than half of it",
     loaded(1, 2, 1500, 15 * ms),
     {10 * us, true, much, 1},
     1000},
    {"room for less than half of it",
     loaded(1, 2, 1501, 15 * ms + 10 * us),
     {10 * us, true, much, 1},
     0},
    {"an estimate beyond all",
     loaded(1, 2, 2, much),
     {10 * us, true, much, 1},
     0},
    {"tasks of the target do not queue",
     loaded(1, 1, 1, 20 * ms),
     {20 * ms, true, much, 1},
     0},
    {"nor when what runs nearly ended",
     loaded(1, 1, 1, 1 * us),
     {20 * ms, true, much, 1},
     0},
    {"an unknown one behind an unknown one",
     loaded(1, 1, 1, 20 * ms),
     {0, true, much, 1},
     0},
    {"an unknown one behind a short one",
     loaded(1, 1, 10, 1 * ms),
     {0, true, much, 1},
     1},
    {"an unknown one behind nothing known",
     loaded(1, 1, 1, 0),
     {0, true, much, 1},
     0},
    {"a short one behind an unknown one",
     loaded(1, 1, 1, 20 * ms),
     {10 * us, true, much, 1},
     0},
  });
}

CAF_TEST(more_than_two_leases_for_a_slot_only_if_they_are_small) {
  check_sizes({
    {"many small jobs", loaded(1, 500, 500, 500 * us), {1 * us, true, 1, 1}, 1},
    {"too many small jobs",
     loaded(1, 1024, 1024, 1024 * us),
     {1 * us, true, 1, 1},
     0},
    {"two full leases of cheap payload",
     loaded(1, 2, 2 * payload_max, 1 * us),
     {1, true, much, 1},
     0},
    {"a range job beside it",
     loaded(1, 2, 2 * payload_max, 1 * us),
     {1, false, much, 1},
     range_max},
    {"payload beside a huge range lease",
     loaded(1, 1, range_max, 1 * ms),
     {1, true, much, 1},
     payload_max},
  });
}

CAF_TEST(nothing_is_granted_beyond_the_credit_of_the_worker) {
  struct row {
    const char* what;
    uint64_t tasks;
    uint64_t window_tasks;
    uint64_t input_bytes;
    uint64_t window_bytes;
    bool payload;
    uint64_t want;
  };
  const row rows[] = {
    {"no credit", 0, 0, 0, much, true, 0},
    {"a little credit", 10, 12, 0, much, true, 2},
    {"used up", 12, 12, 0, much, true, 0},
    {"taken back", 12, 3, 0, much, true, 0},
    {"bytes used up", 10, 20, 100, 100, true, 0},
    {"bytes left", 10, 20, 99, 100, true, 10},
    {"ranges need no bytes", 10, 20, 100, 100, false, 10},
  };
  for (const auto& [what, tasks, window, bytes, window_bytes, payload, want] :
       rows) {
    CAF_MESSAGE(what);
    const worker_load load{1,     1,      tasks,       tasks * us,
                           bytes, window, window_bytes};
    CAF_CHECK_EQUAL(lease_size(load, {1 * us, payload, 1'000'000, 1}), want);
  }
}

namespace {

// Two workers of one slot and a scheduler that grants greedily whenever a
// lease ended, each message taking `hop_ns`. Steps from event to event.
class two_workers {
public:
  two_workers(uint64_t tasks, uint64_t task_ns)
    : ready_(tasks), task_ns_(task_ns) {
    // nop
  }

  // Returns when the last task ended, in nanoseconds.
  uint64_t makespan() {
    uint64_t now = 0;
    for (;;) {
      grant(now);
      uint64_t next = much;
      for (const auto& worker : workers_)
        if (!worker.leases.empty())
          next = std::min(next, worker.leases.front().ends_at);
      if (next == much)
        return last_end_;
      now = next + hop_ns;
      for (auto& worker : workers_)
        while (!worker.leases.empty()
               && worker.leases.front().ends_at + hop_ns <= now) {
          run_times_.observe("f", worker.leases.front().tasks,
                             worker.leases.front().tasks * task_ns_);
          worker.leases.erase(worker.leases.begin());
        }
    }
  }

private:
  static constexpr uint64_t hop_ns = 200 * us;

  struct running {
    uint64_t tasks = 0;
    uint64_t ends_at = 0;
  };

  struct simulated {
    std::vector<running> leases;
    uint64_t free_at = 0;
  };

  worker_load load_of(const simulated& worker) const {
    auto load = loaded(1, worker.leases.size(), 0, 0);
    for (const auto& x : worker.leases) {
      load.tasks += x.tasks;
      load.estimated_ns +=
        lease_estimate_ns(x.tasks, run_times_.ns_per_task("f"));
    }
    return load;
  }

  void grant(uint64_t now) {
    std::vector<size_t> candidates{0, 1};
    while (ready_ > 0 && !candidates.empty()) {
      const std::vector<worker_load> loads{load_of(workers_[0]),
                                           load_of(workers_[1])};
      const auto best = *std::min_element(
        candidates.begin(), candidates.end(), [&](size_t x, size_t y) {
          return rank_by_load(loads[x], turns_[x], x)
                 < rank_by_load(loads[y], turns_[y], y);
        });
      const auto tasks =
        lease_size(loads[best], {run_times_.ns_per_task("f"), true, ready_, 2});
      if (tasks == 0) {
        std::erase(candidates, best);
        continue;
      }
      auto& worker = workers_[best];
      turns_[best] = ++turn_;
      ready_ -= tasks;
      worker.free_at =
        std::max(worker.free_at, now + hop_ns) + tasks * task_ns_;
      worker.leases.push_back({tasks, worker.free_at});
      last_end_ = std::max(last_end_, worker.free_at);
    }
  }

  uint64_t ready_ = 0;
  uint64_t task_ns_ = 0;
  uint64_t last_end_ = 0;
  uint64_t turn_ = 0;
  uint64_t turns_[2] = {};
  run_time_estimates run_times_;
  simulated workers_[2];
};

} // namespace

CAF_TEST(two_workers_stay_busy_to_the_end) {
  struct row {
    const char* what;
    uint64_t tasks;
    uint64_t task_ns;
  };
  const row rows[] = {
    {"40 tasks of 50 ms", 40, 50 * ms},
    {"41 tasks of 50 ms", 41, 50 * ms},
    {"200 tasks of 5 ms", 200, 5 * ms},
    {"100 tasks of 15 ms", 100, 15 * ms},
    {"100,000 tasks of 10 us", 100'000, 10 * us},
    {"10 million tasks of 300 ns", 10'000'000, 300},
  };
  for (const auto& [what, tasks, task_ns] : rows) {
    CAF_MESSAGE(what);
    const auto ideal = (tasks + 1) / 2 * task_ns;
    const auto got = two_workers{tasks, task_ns}.makespan();
    CAF_CHECK_GREATER_OR_EQUAL(got, ideal);
    CAF_CHECK_LESS(got, ideal + ideal / 10);
  }
}
