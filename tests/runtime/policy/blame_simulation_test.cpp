#define CAF_SUITE blame_simulation

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

/// Workers that run their leases in order, `slots` at a time, and die at once,
/// with the results that were not sent yet, when a slot reaches poison.
class crashing_cluster {
public:
  struct outcome {
    uint64_t crashes = 0;
    std::set<task_index> dead;
    std::vector<uint32_t> accepted; ///< How often, by index.
    bool ended = false;
  };

  crashing_cluster(uint64_t seed, uint32_t workers, uint32_t slots,
                   std::chrono::nanoseconds run_time)
    : random_(make_seeded_random(seed)), slots_(slots) {
    stage_.teach("f", run_time);
    for (uint32_t i = 0; i < workers; ++i)
      start_worker();
  }

  outcome run(uint64_t tasks, const std::set<task_index>& poison) {
    result_.accepted.assign(tasks, 0);
    stage_.add_range_job(1, tasks);
    for (int step = 0; step < 1'000'000 && !result_.ended; ++step) {
      for (auto& x : stage_.dispatch())
        queues_.at(x.worker).push_back(std::move(x));
      auto i =
        std::next(queues_.begin(),
                  static_cast<ptrdiff_t>(random_->next() % queues_.size()));
      serve(i->first, i->second, poison);
      result_.ended |= stage_.report_of(1).all_ended;
    }
    return result_;
  }

private:
  using queue = std::deque<dispatcher::granted>;

  void start_worker() {
    auto id = ++last_worker_;
    stage_.add_worker(id, slots_);
    queues_.emplace(id, queue{});
  }

  void serve(worker_id id, queue& held, const std::set<task_index>& poison) {
    auto running = std::min<size_t>(held.size(), slots_);
    // Results of the leases before it may be lost with the process.
    auto sent = running == 0 ? 0 : random_->next() % (running + 1);
    for (size_t i = 0; i < running; ++i) {
      auto next = poison.lower_bound(held[i].range.begin);
      if (next == poison.end() || *next >= held[i].range.end)
        continue;
      for (size_t k = 0; k < std::min(sent, i); ++k)
        accept(held[k]);
      return crash(id);
    }
    if (running == 0)
      return;
    accept(held.front());
    held.pop_front();
  }

  void accept(const dispatcher::granted& what) {
    auto done = stage_.whole(what);
    CAF_REQUIRE(stage_.core.judge(what.worker, done) == slice_verdict::accept);
    stage_.accept(done);
    for (auto i = what.range.begin; i < what.range.end; ++i)
      ++result_.accepted[i];
  }

  void crash(worker_id id) {
    ++result_.crashes;
    for (const auto& x : stage_.core.remove_worker(id, stage_.now))
      result_.dead.insert(x.index);
    queues_.erase(id);
    start_worker();
  }

  std::unique_ptr<random_source> random_;
  uint32_t slots_;
  dispatcher_stage stage_;
  std::map<worker_id, queue> queues_;
  worker_id last_worker_ = 0;
  outcome result_;
};

} // namespace

CAF_TEST(a_poison_task_ends_up_alone_and_dead_and_nothing_else) {
  struct row {
    const char* what;
    uint32_t workers;
    uint32_t slots;
    std::chrono::nanoseconds run_time;
    std::set<task_index> poison;
    uint64_t crashes_max;
  };
  const row rows[] = {
    {"short tasks", 2, 1, 1us, {4321}, 8},
    {"short tasks, many slots", 3, 16, 1us, {4321}, 9},
    {"longer than a lease", 2, 4, 30ms, {4321}, 7},
    {"one worker alone", 1, 8, 100us, {9999}, 9},
    {"neighbours", 4, 4, 10us, {0, 1, 2, 5000, 9998, 9999}, 50},
  };
  constexpr uint64_t tasks = 10'000;
  for (const auto& [what, workers, slots, run_time, poison, most] : rows) {
    uint64_t worst = 0;
    for (uint64_t seed = 1; seed <= 10; ++seed) {
      crashing_cluster cluster{seed, workers, slots, run_time};
      auto got = cluster.run(tasks, poison);
      CAF_CHECK(got.ended);
      CAF_CHECK(got.dead == poison);
      for (task_index i = 0; i < tasks; ++i)
        if (got.accepted[i] != (poison.contains(i) ? 0u : 1u))
          CAF_ERROR(what << ", seed " << seed << ": task " << i
                         << " was accepted " << got.accepted[i] << " times");
      worst = std::max(worst, got.crashes);
    }
    CAF_MESSAGE(what << ": at most " << worst << " crashes");
    CAF_CHECK(worst <= most);
  }
}
