#define CAF_SUITE dispatcher_simulation

#include "runtime/policy/dispatcher.hpp"
#include "runtime/policy/history_audit.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::packed_inputs;

namespace {

/// What breaks an invariant; the test adds the seed.
struct broken : std::logic_error {
  using std::logic_error::logic_error;
};

void require(bool holds, const char* what) {
  if (!holds)
    throw broken{what};
}

/// Everything around a dispatcher, driven by a seed, with books of its own:
/// workers that run, fail, resend, trim and vanish, a store that is late, and
/// clients that stream, pause and cancel.
class simulation {
public:
  explicit simulation(uint64_t seed)
    : random_(make_seeded_random(seed)), core_(seed, make_seeded_random(seed)) {
    // nop
  }

  void run() {
    for (auto i = 1 + pick(3); i > 0; --i)
      add_worker();
    for (auto i = 1 + pick(4); i > 0; --i)
      add_job();
    for (int step = 0; step < 200; ++step)
      disturb();
    settle();
  }

private:
  struct running {
    dispatcher::granted grant;
    task_index next = 0; ///< Sent before it.
    task_index end = 0;
    uint32_t seq = 0;
    uint64_t unrecorded = 0;
  };

  struct worker {
    uint64_t window_tasks = 0;
    uint64_t window_bytes = 0;
    std::vector<std::string> functions;
    std::map<lease_id, running> held;
    std::set<job_id> known;
    std::vector<slice> sent; ///< Some of them, to be sent again.
  };

  struct task {
    uint32_t failures = 0;
    bool ended = false;
    bool covered = false; ///< By a lease, or being recorded.
  };

  struct job {
    bool payload = false;
    bool closed = false;
    uint64_t poison = 0; ///< Every so many tasks fail always; 0: none.
    std::vector<task> tasks;
    uint64_t dead = 0;
    dispatcher::report last;
  };

  uint64_t pick(uint64_t below) {
    return random_->next() % below;
  }

  bool chance(uint64_t percent) {
    return pick(100) < percent;
  }

  void add_worker() {
    auto id = ++last_worker_;
    auto& w = workers_[id];
    w.window_tasks = 1 + pick(40);
    w.window_bytes = 1 + pick(400);
    w.functions = {"f"};
    if (chance(70))
      w.functions.push_back("g");
    core_.add_worker({id, "n", static_cast<uint32_t>(1 + pick(3)),
                      w.window_tasks, w.window_bytes, w.functions});
  }

  void add_job() {
    auto id = ++last_job_;
    auto& j = jobs_[id];
    j.payload = chance(60);
    j.closed = !j.payload;
    j.poison = chance(30) ? 2 + pick(10) : 0;
    auto tasks = j.payload ? 0 : pick(60);
    j.tasks.resize(tasks);
    core_.add_job({id, chance(50) ? "f" : "g", j.payload, tasks,
                   retry_policy{10ms, 100ms, attempts_max}});
  }

  void add_inputs(job_id id, job& j) {
    if (j.closed)
      return;
    index_range range{j.tasks.size(), j.tasks.size() + pick(20)};
    j.tasks.resize(range.end);
    j.closed = chance(30);
    auto packed = range.empty() ? blob{} : packed_inputs(range, 1 + pick(30));
    core_.add_inputs(id, range, packed, j.closed);
  }

  // -- leases -----------------------------------------------------------------

  void dispatch() {
    std::map<worker_id, bool> got; // Whether there were inputs among it.
    for (auto& x : core_.dispatch(now_)) {
      auto& w = workers_.at(x.worker);
      auto& j = jobs_.at(x.job);
      require(x.first == w.known.insert(x.job).second, "first grant");
      require(!x.range.empty() && x.range.end <= j.tasks.size(), "range");
      for (auto i = x.range.begin; i < x.range.end; ++i) {
        auto& t = j.tasks[i];
        require(!t.covered && !t.ended, "I3: one lease covers a task");
        require(x.attempt == t.failures + 1, "attempt number");
        t.covered = true;
      }
      check_inputs(j, x);
      running r{x, x.range.begin, x.range.end, 0, x.range.size()};
      require(w.held.emplace(x.lease, r).second, "lease ids are never reused");
      got[x.worker] |= j.payload;
    }
    for (auto [id, inputs] : got)
      check_credit(id, workers_.at(id), inputs);
    for (const auto& x : core_.take_steals())
      if (chance(80)) // Others are lost.
        give_up(x);
  }

  /// A worker is asked to leave the end of a lease to others.
  void give_up(const dispatcher::shortened_lease& asked) {
    auto& w = workers_.at(asked.worker);
    auto i = w.held.find(asked.lease);
    require(i != w.held.end(), "a current lease is shortened");
    require(asked.end < i->second.end, "something is taken");
    cut(asked.worker, w, i->second, std::max(asked.end, i->second.next));
  }

  void check_inputs(const job& j, const dispatcher::granted& x) {
    require(j.payload != x.inputs.empty(), "inputs or none");
    if (!j.payload)
      return;
    auto view = packed_view::parse(x.inputs.view());
    require(view && view->size() == x.range.size(), "an input for each task");
    for (uint32_t i = 0; i < view->size(); ++i) {
      auto text = std::string{(*view)[i]};
      require(text.substr(0, text.find('.'))
                == std::to_string(x.range.begin + i),
              "the right input");
    }
  }

  void check_credit(worker_id id, const worker& w, bool got_inputs) {
    uint64_t tasks = 0;
    uint64_t bytes = 0;
    size_t with_inputs = 0;
    for (const auto& [lease, r] : w.held) {
      tasks += r.unrecorded;
      bytes += r.grant.inputs.size();
      with_inputs += r.grant.inputs.empty() ? 0 : 1;
    }
    require(tasks <= w.window_tasks, "I4: credit in tasks");
    require(!got_inputs || bytes <= w.window_bytes || with_inputs == 1,
            "I4: credit in bytes");
    const auto& load = *core_.load_of(id);
    require(load.tasks == tasks && load.input_bytes == bytes
              && load.leases == w.held.size(),
            "the dispatcher's load of a worker");
  }

  /// A worker sends the next slice of one of its leases.
  void run_some(worker_id id, worker& w) {
    if (w.held.empty())
      return;
    auto i =
      std::next(w.held.begin(), static_cast<ptrdiff_t>(pick(w.held.size())));
    auto& r = i->second;
    if (r.next == r.end)
      return; // All sent, not all recorded.
    auto& j = jobs_.at(r.grant.job);
    auto what = dispatcher_stage::part(
      r.grant, r.seq, {r.next, r.next + 1 + pick(r.end - r.next)});
    for (auto t = what.range.begin; t < what.range.end; ++t)
      if ((j.poison != 0 && t % j.poison == 0) || chance(5))
        what.failed.push_back({t, errc::function_failed, "no luck"});
    what.busy_ns = what.range.size() * pick(5'000'000);
    require(core_.judge(id, what) == slice_verdict::accept, "a good slice");
    auto last = r.grant.attempt == attempts_max;
    require(core_.begin_accept(what, now_).size()
              == (last ? what.failed.size() : 0),
            "who is given up");
    r.next = what.range.end;
    ++r.seq;
    if (chance(20))
      w.sent.push_back(what);
    recording_.emplace_back(id, std::move(what));
  }

  void resend(worker_id id, worker& w) {
    if (w.sent.empty())
      return;
    auto verdict = core_.judge(id, w.sent[pick(w.sent.size())]);
    require(verdict == slice_verdict::duplicate
              || verdict == slice_verdict::refused,
            "I2: a slice is accepted once");
  }

  void record_one() {
    if (recording_.empty())
      return;
    auto [id, what] = std::move(recording_.front());
    recording_.pop_front();
    core_.end_accept(what, now_);
    if (auto w = workers_.find(id); w != workers_.end())
      if (auto i = w->second.held.find(what.lease); i != w->second.held.end())
        if ((i->second.unrecorded -= what.range.size()) == 0)
          w->second.held.erase(i);
    auto found = jobs_.find(what.job);
    if (found == jobs_.end())
      return;
    auto& j = found->second;
    auto failed = what.failed.begin();
    for (auto i = what.range.begin; i < what.range.end; ++i) {
      auto& t = j.tasks[i];
      require(t.covered && !t.ended, "I2: one accepted result a task");
      t.covered = false;
      if (failed == what.failed.end() || failed->index != i) {
        t.ended = true;
        continue;
      }
      ++failed;
      t.ended = ++t.failures == attempts_max;
      j.dead += t.ended ? 1 : 0;
    }
  }

  void uncover(const running& r, task_index from) {
    if (auto j = jobs_.find(r.grant.job); j != jobs_.end())
      for (auto i = from; i < r.end; ++i)
        j->second.tasks[i].covered = false;
  }

  void lose(worker_id id) {
    auto suspects = core_.remove_worker(id, now_);
    for (const auto& [lease, r] : workers_.at(id).held)
      uncover(r, r.next);
    for (const auto& x : suspects) {
      auto& j = jobs_.at(x.job);
      auto& t = j.tasks[x.index];
      require(!t.ended && !t.covered && x.code == errc::kills_workers,
              "who is suspected");
      t.ended = true;
      ++j.dead;
    }
    workers_.erase(id);
    add_worker();
  }

  void shorten(worker_id id, worker& w) {
    if (w.held.empty())
      return;
    auto& r = w.held.begin()->second;
    auto id_of_lease = r.grant.lease;
    if (chance(30)) {
      core_.revoke(id_of_lease);
      uncover(r, r.next);
      w.held.erase(id_of_lease);
      return;
    }
    cut(id, w, r, r.next + pick(r.end - r.next + 1));
  }

  void cut(worker_id id, worker& w, running& r, task_index end) {
    auto id_of_lease = r.grant.lease;
    core_.trimmed(id, id_of_lease, chance(50) ? end : end == r.next ? 0 : end);
    if (end == r.grant.range.begin && r.end > end)
      w.known.erase(r.grant.job); // It ran nothing: told again.
    uncover(r, end);
    r.unrecorded -= r.end - end;
    r.end = end;
    if (r.unrecorded == 0)
      w.held.erase(id_of_lease);
  }

  void cancel(job_id id) {
    std::set<lease_id> want;
    for (auto& [worker_id, w] : workers_) {
      for (const auto& [lease, r] : w.held)
        if (r.grant.job == id)
          want.insert(lease);
      std::erase_if(w.held, [&](auto& x) { return x.second.grant.job == id; });
      w.known.erase(id);
    }
    std::set<lease_id> got;
    for (const auto& x : core_.remove_job(id))
      got.insert(x.lease);
    require(got == want, "the leases of a cancelled job");
    jobs_.erase(id);
  }

  // -- the two phases ---------------------------------------------------------

  void disturb() {
    auto w = std::next(workers_.begin(),
                       static_cast<ptrdiff_t>(pick(workers_.size())));
    auto& [worker_id, who] = *w;
    auto dice = pick(100);
    if (dice < 35)
      run_some(worker_id, who);
    else if (dice < 55)
      record_one();
    else if (dice < 65)
      resend(worker_id, who);
    else if (dice < 73)
      now_ += std::chrono::milliseconds{pick(60)};
    else if (dice < 78)
      shorten(worker_id, who);
    else if (dice < 81)
      lose(worker_id);
    else if (dice < 83)
      change_window(worker_id, who, pick(20), pick(300));
    else if (dice < 95)
      disturb_job();
    else
      take_reports();
    if (chance(50))
      dispatch();
  }

  void disturb_job() {
    if (jobs_.empty() || chance(5))
      return add_job();
    auto j =
      std::next(jobs_.begin(), static_cast<ptrdiff_t>(pick(jobs_.size())));
    if (chance(20))
      core_.pause(j->first, chance(50));
    else if (chance(3))
      cancel(j->first);
    else
      add_inputs(j->first, j->second);
  }

  void change_window(worker_id id, worker& w, uint64_t tasks, uint64_t bytes) {
    w.window_tasks = tasks;
    w.window_bytes = bytes;
    core_.set_window(id, tasks, bytes);
  }

  void take_reports() {
    for (const auto& x : core_.take_reports()) {
      auto& j = jobs_.at(x.job);
      require(x.tasks == j.tasks.size() && x.dead == j.dead, "a report");
      require(x.fatal.code == errc::ok, "nothing fatal happened");
      j.last = x;
    }
  }

  /// No more faults: every job must end (I5).
  void settle() {
    for (auto& [id, w] : workers_)
      change_window(id, w, 100, 100);
    core_.add_worker({++last_worker_, "n", 1, 100, 100, {"f", "g"}});
    workers_[last_worker_] = {100, 100, {"f", "g"}, {}, {}, {}};
    for (auto& [id, j] : jobs_) {
      core_.pause(id, false);
      j.closed = true;
      core_.add_inputs(id, {}, {}, true);
    }
    for (int round = 0; !all_ended(); ++round) {
      require(round < 2000, "I5: every job ends");
      dispatch();
      for (auto& [id, w] : workers_)
        run_some(id, w);
      while (!recording_.empty())
        record_one();
      if (auto due = core_.next_due(); due && chance(30))
        now_ = std::max(now_, *due);
      take_reports();
    }
    require(core_.leases().size() == 0, "no lease is left");
    audit();
    require(core_.ready_tasks() == 0 && !core_.next_due(), "nothing waits");
    for (auto& [id, j] : jobs_)
      require(core_.chunks_of(id) == 0 && j.last.leased == 0,
              "no inputs are left");
    for (auto& [id, w] : workers_) {
      const auto& load = *core_.load_of(id);
      require(load.leases == 0 && load.tasks == 0 && load.estimated_ns == 0
                && load.input_bytes == 0,
              "no load is left");
    }
  }

  /// What the dispatcher recorded of its leases proves I2 and I3 once more.
  void audit() {
    std::map<job_id, std::vector<lease_event>> events;
    for (auto& x : core_.take_lease_events())
      events[x.job].push_back(x);
    for (auto& [id, j] : jobs_) {
      auto found = audit_history(
        {id, job_state::failed, j.tasks.size(), j.dead, {}}, events[id], false);
      if (!found.ok)
        throw broken{"an honest record: " + found.violations.front()};
      require(found.accepted == j.tasks.size() - j.dead, "all accepted");
    }
  }

  bool all_ended() {
    return recording_.empty()
           && std::all_of(jobs_.begin(), jobs_.end(), [](auto& x) {
                auto& [id, j] = x;
                auto ended = std::all_of(j.tasks.begin(), j.tasks.end(),
                                         [](auto& t) { return t.ended; });
                require(!j.last.all_ended || ended, "ended too early");
                return j.last.all_ended;
              });
  }

  static constexpr uint32_t attempts_max = 3;

  std::unique_ptr<random_source> random_;
  dispatcher core_;
  time_point now_{};
  std::map<worker_id, worker> workers_;
  std::map<job_id, job> jobs_;
  std::deque<std::pair<worker_id, slice>> recording_;
  worker_id last_worker_ = 0;
  job_id last_job_ = 0;
};

} // namespace

CAF_TEST(whatever_happens_the_invariants_hold) {
  constexpr uint64_t seeds = 1000;
  uint64_t ended = 0;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    try {
      simulation{seed}.run();
      ++ended;
    } catch (const std::exception& what) {
      CAF_ERROR("seed " << seed << ": " << what.what());
      return; // The next ones tell nothing new.
    }
  }
  CAF_CHECK_EQUAL(ended, seeds);
}

namespace {

/// Runs `jobs` jobs of one task that all wait from the start; returns the CPU
/// time of one.
double ns_per_waiting_job(uint64_t jobs) {
  dispatcher_stage stage;
  stage.teach("f", 100us);
  stage.teach("g", 30ms);
  for (job_id id = 1; id <= jobs; ++id)
    stage.add_range_job(id, 1, id % 10 == 0 ? "g" : "f");
  stage.add_worker(1, 1, {"f", "g"});
  stage.add_worker(2, 1, {"f", "g"});
  stage.core.take_reports();
  auto begin = std::clock();
  std::deque<dispatcher::granted> held;
  for (uint64_t done = 0; done < jobs; ++done) {
    for (auto& x : stage.dispatch())
      held.push_back(std::move(x));
    if (held.empty())
      CAF_FAIL("nothing is granted and nothing runs");
    auto what = stage.whole(held.front());
    what.busy_ns = what.job % 10 == 0 ? 30'000'000 : 100'000;
    held.pop_front();
    stage.accept(what);
    stage.core.remove_job(what.job);
  }
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  return 1e9 * double(std::clock() - begin) / CLOCKS_PER_SEC / double(jobs);
}

} // namespace

CAF_TEST(a_long_queue_of_jobs_costs_only_what_is_granted) {
  auto few = ns_per_waiting_job(500);
  auto many = ns_per_waiting_job(10'000);
  CAF_MESSAGE(few << " ns a job of 500, " << many << " ns of 10 000");
  // Were a call to look at every job that waits, it would be 20 times as much.
  CAF_CHECK(many < 5 * few);
}

CAF_TEST(a_range_of_a_billion_tasks_stays_small) {
  constexpr uint64_t tasks = 1'000'000'000;
  dispatcher_stage stage;
  stage.teach("f", 1ns);
  stage.add_worker(1, 2, {"f"}, 1ull << 40);
  stage.add_worker(2, 2, {"f"}, 1ull << 40);
  stage.add_range_job(1, tasks);
  size_t runs_max = 0;
  size_t leases_max = 0;
  uint64_t done = 0;
  uint64_t slices = 0;
  std::vector<dispatcher::granted> held;
  while (done < tasks) {
    for (auto& x : stage.dispatch())
      held.push_back(std::move(x));
    if (held.empty())
      CAF_FAIL("nothing is granted and nothing runs");
    runs_max = std::max(runs_max, stage.core.tasks_of(1)->runs());
    leases_max = std::max(leases_max, stage.core.leases().size());
    auto x = std::move(held.back()); // The youngest first: the worst order.
    held.pop_back();
    auto what = stage.whole(x);
    what.busy_ns = x.range.size();
    stage.accept(what);
    done += x.range.size();
    ++slices;
  }
  CAF_MESSAGE(slices << " slices, at most " << runs_max << " runs and "
                     << leases_max << " leases");
  CAF_CHECK(runs_max < 100);
  CAF_CHECK(leases_max < 50);
  CAF_CHECK(stage.report_of(1).all_ended);
}
