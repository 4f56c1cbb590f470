#define CAF_SUITE dispatcher_restart_simulation

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
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

/// What may go wrong, in percent of the steps.
struct faults {
  uint64_t restart = 3; ///< The dispatcher is lost and built anew.
  uint64_t cut = 3;     ///< A worker loses its connection.
  uint64_t crash = 2;   ///< A worker is lost with all that it holds.
  uint64_t lost = 20;   ///< Of the answers.
  bool late = true;     ///< Workers may join again after the grace.
};

/// A store and workers that outlive the dispatcher between them, driven by a
/// seed. The store is the judge: it sees what is recorded, and in which order.
class simulation {
public:
  simulation(uint64_t seed, const faults& how)
    : how_(how), random_(make_seeded_random(seed)) {
    core_ = std::make_unique<dispatcher>(first_term,
                                         make_seeded_random(random_->next()));
  }

  void run() {
    for (auto i = 1 + pick(3); i > 0; --i)
      add_worker();
    for (auto i = 1 + pick(4); i > 0; --i)
      add_job();
    for (int step = 0; step < 300; ++step)
      disturb();
    settle();
  }

  uint64_t adopted() const {
    return adopted_;
  }

  /// Executions of the same attempt of a task beyond the first one.
  uint64_t repeated() const {
    return repeated_;
  }

private:
  struct held {
    job_id job = 0;
    uint32_t attempt = 1;
    index_range rest; ///< Not run.
    uint32_t next_seq = 0;
    std::map<uint32_t, slice> unanswered;
  };

  struct worker {
    std::string node;
    worker_id id = 0; ///< 0: the dispatcher does not know it.
    bool attached = false;
    std::map<lease_id, held> leases;
  };

  struct task {
    uint32_t failures = 0;
    uint32_t blamed = 0;
    bool succeeded = false;
    bool dead = false;
    std::set<uint32_t> executed; ///< Attempts.

    bool ended() const {
      return succeeded || dead;
    }
  };

  struct job {
    bool payload = false;
    bool closed = false;
    std::vector<task> tasks;
    std::vector<kept_inputs> chunks;
    uint64_t attempts = 0;
    dispatcher::report last;
  };

  /// One message to the store.
  struct batch {
    std::vector<std::pair<worker_id, slice>> records;
    std::vector<uint32_t> attempts; ///< Of the leases of the records.
    std::vector<dead_letter> dead;
    std::vector<setback> setbacks;
  };

  uint64_t pick(uint64_t below) {
    return random_->next() % below;
  }

  bool chance(uint64_t percent) {
    return pick(100) < percent;
  }

  auto any_of(auto& container) {
    return std::next(container.begin(),
                     static_cast<ptrdiff_t>(pick(container.size())));
  }

  void add_worker() {
    worker w;
    w.node = "n" + std::to_string(workers_.size());
    workers_.push_back(std::move(w));
    join(workers_.back());
  }

  dispatcher::job_terms terms_of(job_id id, const job& j) const {
    dispatcher::job_terms terms{id, "f", j.payload, 0, {10ms, 50ms, 3}};
    terms.tasks = j.payload ? 0 : j.tasks.size();
    return terms;
  }

  void add_job() {
    auto id = ++last_job_;
    auto& j = jobs_[id];
    j.payload = chance(60);
    j.closed = !j.payload;
    if (!j.payload)
      j.tasks.resize(pick(80));
    core_->add_job(terms_of(id, j));
  }

  void add_inputs(job_id id, job& j) {
    if (j.closed)
      return;
    index_range range{j.tasks.size(), j.tasks.size() + 1 + pick(25)};
    j.tasks.resize(range.end);
    j.closed = chance(30);
    j.chunks.push_back({range, packed_inputs(range)});
    core_->add_inputs(id, range, j.chunks.back().packed, j.closed);
  }

  // -- workers ----------------------------------------------------------------

  void join(worker& w) {
    auto known = w.id != 0;
    if (!known)
      w.id = ++last_worker_;
    core_->add_worker({w.id, w.node, 2, 0, 0, {"f"}});
    std::vector<dispatcher::held_part> list;
    for (const auto& [id, x] : w.leases) {
      auto rest = x.rest;
      if (!x.unanswered.empty())
        rest.begin = x.unanswered.begin()->second.range.begin;
      if (!rest.empty())
        list.push_back({id, x.job, rest, x.attempt});
    }
    std::erase_if(w.leases, [](auto& x) {
      return x.second.rest.empty() && x.second.unanswered.empty();
    });
    auto stopped = core_->reconcile(w.id, list, now_);
    for (const auto& id : stopped)
      w.leases.erase(id);
    for (const auto& id : core_->leases().of_worker(w.id)) {
      require(w.leases.contains(id), "what is in the book is held");
      adopted_ += core_->leases().find(id)->adopted ? 1 : 0;
    }
    w.attached = true;
    core_->set_window(w.id, 60, 100'000);
    check_book();
  }

  void run_some(worker& w) {
    if (w.leases.empty())
      return;
    auto i = any_of(w.leases);
    auto& x = i->second;
    if (x.rest.empty())
      return;
    slice what;
    what.lease = i->first;
    what.job = x.job;
    what.seq = x.next_seq++;
    what.range = {x.rest.begin, x.rest.begin + 1 + pick(x.rest.size())};
    what.busy_ns = what.range.size() * pick(3'000'000);
    auto& tasks = jobs_.at(x.job).tasks;
    for (auto t = what.range.begin; t < what.range.end; ++t) {
      if (chance(8))
        what.failed.push_back({t, errc::function_failed, "no luck"});
      repeated_ += tasks[t].executed.insert(x.attempt).second ? 0 : 1;
    }
    x.rest.begin = what.range.end;
    x.unanswered.emplace(what.seq, std::move(what));
  }

  void answer(worker_id to, const slice& what, bool accepted) {
    auto w = std::find_if(workers_.begin(), workers_.end(),
                          [&](auto& x) { return x.id == to; });
    if (w == workers_.end() || !w->attached || chance(how_.lost))
      return;
    auto i = w->leases.find(what.lease);
    if (i == w->leases.end())
      return;
    i->second.unanswered.erase(what.seq);
    if (!accepted || (i->second.rest.empty() && i->second.unanswered.empty()))
      w->leases.erase(i);
  }

  /// Any of its slices arrives: the next one, one out of order, one again.
  void send_one(worker& w) {
    if (!w.attached || w.leases.empty())
      return;
    auto& x = any_of(w.leases)->second;
    if (x.unanswered.empty())
      return;
    auto what =
      chance(70) ? x.unanswered.begin()->second : any_of(x.unanswered)->second;
    switch (core_->judge(w.id, what)) {
      case slice_verdict::accept: {
        auto attempt = core_->leases().find(what.lease)->attempt;
        for (auto& letter : core_->begin_accept(what, now_))
          unsent_.dead.push_back(std::move(letter));
        unsent_.records.emplace_back(w.id, what);
        unsent_.attempts.push_back(attempt);
        break;
      }
      case slice_verdict::duplicate:
        if (core_->is_recorded(what.lease, what.range.end))
          answer(w.id, what, true);
        break;
      case slice_verdict::early: break;
      case slice_verdict::violation: core_->revoke(what.lease); [[fallthrough]];
      case slice_verdict::refused: answer(w.id, what, false); break;
    }
  }

  /// A worker loses its connection; the dispatcher may not have noticed.
  void cut(worker& w) {
    w.attached = false;
    if (w.id != 0 && chance(60))
      forget(w);
  }

  void forget(worker& w) {
    if (w.id == 0)
      return;
    for (auto& letter : core_->remove_worker(w.id, now_))
      unsent_.dead.push_back(std::move(letter));
    w.id = 0;
  }

  /// The audit of heartbeats.
  void audit(worker& w) {
    if (!w.attached)
      return;
    for (const auto& id : core_->leases().of_worker(w.id))
      if (!w.leases.contains(id))
        core_->revoke(id);
  }

  // -- dispatcher and store ---------------------------------------------------

  void dispatch() {
    for (auto& x : core_->dispatch(now_)) {
      auto& j = jobs_.at(x.job);
      for (auto t = x.range.begin; t < x.range.end; ++t) {
        require(!j.tasks[t].ended(), "no accepted index is run again");
        require(x.attempt == j.tasks[t].failures + 1 || is_under_way(x.job, t),
                "attempt number");
      }
      auto w = std::find_if(workers_.begin(), workers_.end(),
                            [&](auto& y) { return y.id == x.worker; });
      if (w != workers_.end() && w->attached)
        w->leases[x.lease] = {x.job, x.attempt, x.range, 0, {}};
    }
    check_book();
  }

  /// Whether an attempt of a task is on its way to the store.
  bool is_under_way(job_id id, task_index t) const {
    return std::any_of(to_store_.begin(), to_store_.end(), [&](const batch& x) {
      return std::any_of(x.records.begin(), x.records.end(), [&](auto& y) {
        return y.second.job == id && y.second.range.contains(t);
      });
    });
  }

  /// I3, and what the dispatcher believes of its workers.
  void check_book() {
    std::map<job_id, std::vector<index_range>> covered;
    for (const auto& [id, j] : jobs_)
      for (const auto& lease : core_->leases().of_job(id)) {
        const auto& x = *core_->leases().find(lease);
        covered[id].push_back({x.recorded, x.range.end});
      }
    for (auto& [id, ranges] : covered) {
      std::sort(ranges.begin(), ranges.end());
      for (size_t i = 1; i < ranges.size(); ++i)
        require(ranges[i - 1].end <= ranges[i].begin,
                "I3: one lease covers a task");
    }
    for (const auto& w : workers_)
      if (w.id != 0)
        check_load(w);
  }

  void check_load(const worker& w) {
    auto sum = core_->leases().outstanding(w.id);
    uint64_t tasks = 0;
    for (const auto& id : core_->leases().of_worker(w.id)) {
      const auto& x = *core_->leases().find(id);
      tasks += x.range.end - x.recorded;
    }
    const auto& load = *core_->load_of(w.id);
    require(load.leases == sum.leases && load.tasks == tasks
              && load.input_bytes == sum.input_bytes,
            "the dispatcher's load of a worker");
  }

  void flush() {
    auto notes = core_->take_notes();
    unsent_.setbacks = std::move(notes.setbacks);
    require(notes.fatals.empty(), "nothing fatal happened");
    to_store_.push_back(std::exchange(unsent_, {}));
  }

  void store_one(bool reply) {
    if (to_store_.empty())
      return;
    auto what = std::move(to_store_.front());
    to_store_.pop_front();
    for (size_t i = 0; i < what.records.size(); ++i)
      record(what.records[i].second, what.attempts[i]);
    for (const auto& x : what.dead) {
      auto& t = jobs_.at(x.job).tasks[x.index];
      require(!t.ended(), "who is dead has not ended before");
      t.dead = true;
    }
    for (const auto& x : what.setbacks)
      jobs_.at(x.job).tasks[x.index].blamed += x.blamed ? 1 : 0;
    if (!reply)
      return;
    for (const auto& [from, x] : what.records) {
      core_->end_accept(x, now_);
      answer(from, x, true);
    }
  }

  void record(const slice& what, uint32_t attempt) {
    auto& j = jobs_.at(what.job);
    j.attempts += what.range.size();
    auto failed = what.failed.begin();
    for (auto i = what.range.begin; i < what.range.end; ++i) {
      auto& t = j.tasks[i];
      require(!t.ended() && t.failures + 1 == attempt,
              "I2: one accepted result of an attempt");
      if (failed == what.failed.end() || failed->index != i) {
        t.succeeded = true;
      } else {
        ++t.failures;
        ++failed;
      }
    }
  }

  /// What was sent to the store is stored; all else is lost.
  void restart() {
    unsent_ = {};
    while (!to_store_.empty())
      store_one(false);
    core_ = std::make_unique<dispatcher>(first_term,
                                         make_seeded_random(random_->next()));
    core_->begin_term(++term_);
    std::vector<std::string> nodes;
    for (auto& w : workers_) {
      w.attached = false;
      w.id = 0;
      nodes.push_back(w.node);
    }
    for (auto& [id, j] : jobs_) {
      j.last = {};
      core_->resume_job(terms_of(id, j), resumption_of(j), now_);
    }
    core_->hold_back(nodes, now_ + 1500ms);
    if (!how_.late) // Everybody is back in time.
      for (auto& w : workers_) {
        for (auto i = pick(4); i > 0; --i)
          run_some(w);
        require(core_->dispatch(now_).empty(), "resumed jobs wait");
        join(w);
      }
  }

  static dispatcher::resumption resumption_of(const job& j) {
    dispatcher::resumption what;
    what.tasks = j.tasks.size();
    what.closed = j.closed;
    what.attempts = j.attempts;
    for (task_index i = 0; i < j.tasks.size(); ++i) {
      const auto& t = j.tasks[i];
      what.succeeded += t.succeeded ? 1 : 0;
      what.dead += t.dead ? 1 : 0;
      if (t.ended())
        continue;
      if (!what.ready.empty() && what.ready.back().end == i)
        ++what.ready.back().end;
      else
        what.ready.push_back({i, i + 1});
      if (t.failures > 0 || t.blamed > 0)
        what.pasts.push_back({i, t.failures, t.blamed, {}});
    }
    for (const auto& x : j.chunks)
      for (auto i = x.range.begin; i < x.range.end; ++i)
        if (!j.tasks[i].ended()) {
          what.inputs.push_back(x);
          break;
        }
    return what;
  }

  // -- the two phases ---------------------------------------------------------

  void disturb() {
    auto& w = *any_of(workers_);
    if (chance(how_.restart))
      restart();
    else if (chance(how_.cut))
      cut(w);
    else if (chance(how_.crash)) {
      forget(w);
      w.leases.clear();
      w.attached = false;
    }
    auto dice = pick(100);
    if (dice < 25)
      run_some(w);
    else if (dice < 50)
      send_one(w);
    else if (dice < 65)
      flush();
    else if (dice < 80)
      store_one(true);
    else if (dice < 85)
      now_ += std::chrono::milliseconds{pick(100)};
    else if (dice < 88)
      audit(w);
    else if (dice < 93 && !w.attached)
      join(w);
    else if (dice < 94)
      add_job();
    else
      add_inputs_of_any();
    if (chance(50))
      dispatch();
  }

  void add_inputs_of_any() {
    auto& [id, j] = *any_of(jobs_);
    add_inputs(id, j);
  }

  /// No more faults: every job must end (I5), whatever was lost before.
  void settle() {
    how_ = {0, 0, 0, 0, false};
    for (auto& [id, j] : jobs_)
      if (!j.closed) {
        j.closed = true;
        core_->add_inputs(id, {}, {}, true);
      }
    core_->report_all();
    for (int round = 0; !all_ended(); ++round) {
      require(round < 3000, "I5: every job ends");
      for (auto& w : workers_) {
        if (!w.attached)
          join(w);
        audit(w);
        run_some(w);
        for (int i = 0; i < 3; ++i)
          send_one(w);
      }
      flush();
      store_one(true);
      dispatch();
      if (auto due = core_->next_due(); due && chance(30))
        now_ = std::max(now_, *due);
    }
    require(core_->leases().size() == 0 && core_->ready_tasks() == 0,
            "nothing is left");
    for (auto& [id, j] : jobs_)
      require(core_->chunks_of(id) == 0, "no inputs are left");
  }

  bool all_ended() {
    for (const auto& x : core_->take_reports()) {
      require(x.fatal.code == errc::ok, "nothing fatal happened");
      jobs_.at(x.job).last = x;
    }
    return std::all_of(jobs_.begin(), jobs_.end(), [](auto& x) {
      const auto& j = x.second;
      if (!j.last.all_ended)
        return false;
      uint64_t succeeded = 0;
      uint64_t dead = 0;
      for (const auto& t : j.tasks) {
        succeeded += t.succeeded ? 1 : 0;
        dead += t.dead ? 1 : 0;
      }
      require(succeeded + dead == j.tasks.size(), "ended too early");
      require(j.last.succeeded == succeeded && j.last.dead == dead
                && j.last.attempts == j.attempts,
              "a report");
      return true;
    });
  }

  static constexpr uint64_t first_term = 5;

  faults how_;
  std::unique_ptr<random_source> random_;
  std::unique_ptr<dispatcher> core_;
  uint64_t term_ = first_term;
  time_point now_{};
  std::deque<worker> workers_;
  std::map<job_id, job> jobs_;
  batch unsent_;
  std::deque<batch> to_store_;
  worker_id last_worker_ = 0;
  job_id last_job_ = 0;
  uint64_t adopted_ = 0;
  uint64_t repeated_ = 0;
};

/// Runs seeds until one breaks an invariant.
/// @returns how many leases were adopted, and attempts run again.
std::pair<uint64_t, uint64_t> run_seeds(uint64_t seeds, const faults& how) {
  uint64_t ended = 0;
  std::pair<uint64_t, uint64_t> result;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    try {
      simulation sim{seed, how};
      sim.run();
      result.first += sim.adopted();
      result.second += sim.repeated();
      ++ended;
    } catch (const std::exception& what) {
      CAF_ERROR("seed " << seed << ": " << what.what());
      break; // The next ones tell nothing new.
    }
  }
  CAF_CHECK_EQUAL(ended, seeds);
  return result;
}

} // namespace

CAF_TEST(whatever_is_lost_each_attempt_is_accepted_once) {
  auto [adopted, repeated] = run_seeds(2000, {});
  CAF_MESSAGE(adopted << " leases adopted, " << repeated << " attempts again");
  CAF_CHECK(adopted > 2000);
}

CAF_TEST(restarts_alone_let_nothing_run_twice) {
  auto [adopted, repeated] = run_seeds(1000, {5, 0, 0, 20, false});
  CAF_MESSAGE(adopted << " leases adopted");
  CAF_CHECK(adopted > 1000);
  CAF_CHECK_EQUAL(repeated, 0u);
}
