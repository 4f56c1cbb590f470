#define CAF_SUITE rejoin

#include "actors/dialer.hpp"
#include "actors/front_door.hpp"
#include "actors/membership.hpp"
#include "actors/scheduler.hpp"
#include "actors/uplink.hpp"
#include "tests/actors/worker_fixture.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

constexpr uint64_t tasks = 40;
constexpr uint64_t first_term = 5;

/// Leads to the door that is open now.
class door_dialer final : public dialer {
public:
  result<connection> dial(std::chrono::milliseconds timeout) override {
    if (!door)
      return fail(errc::cannot_connect, "nobody is there");
    return make_local_dialer([this] { return door; })->dial(timeout);
  }

  std::string target() const override {
    return "the test";
  }

  caf::actor door;
};

/// Scheduler, membership, uplink and worker are real; the test plays store and
/// coordinator, and rebuilds the scheduler from what the store has.
struct fixture : test::worker_fixture {
  fixture() {
    membership_options who;
    who.events = hub.as<event_hub_actor>();
    who.store = store.as<store_actor>();
    who.own_node.name = "lead";
    who.own_node.incarnation_id = 99;
    who.log = log;
    nodes = sys.spawn(membership, who);
    open();
    worker_options own;
    own.name = "w";
    own.incarnation_id = 11;
    own.functions = functions;
    own.runners = threading::scheduled;
    own.log = log;
    subject = sys.spawn(worker, own);
    start_runners();
    uplink_options link_terms;
    link_terms.dial = dial;
    link_terms.who = {"red", "w", 11};
    link_terms.worker = subject;
    link_terms.connects = threading::scheduled;
    link_terms.log = log;
    up = sys.spawn(uplink, link_terms);
    sched.run();
  }

  ~fixture() override {
    end(up);
    close();
    end(nodes);
  }

  /// A new scheduler of the next term, told of all that is not recorded.
  void open() {
    scheduler_options options;
    options.term = first_term;
    options.store = store.as<store_actor>();
    options.membership = nodes;
    options.log = log;
    lead_of_work = sys.spawn(scheduler, options);
    sched.run();
    schedule all;
    all.complete = true;
    all.term = ++term;
    if (term > first_term + 1)
      all.nodes = {"w"};
    all.jobs.push_back(resumed());
    coordinator.send(lead_of_work, all);
    front_door_options how;
    how.cluster = "red";
    how.handles = {coordinator.as(), caf::actor_cast<caf::actor>(lead_of_work),
                   caf::actor_cast<caf::actor>(nodes), hub.as()};
    dial->door = sys.spawn(front_door, how, logger_ptr{log});
    sched.run();
  }

  void close() {
    end(dial->door);
    dial->door = nullptr;
    end(lead_of_work);
  }

  schedule_job resumed() {
    schedule_job job;
    job.job = 1;
    job.header = header_of(1);
    job.tasks = tasks;
    job.resumed = job.closed = true;
    job.succeeded = recorded.size();
    job.attempts = recorded.size();
    job.last_seq = last_seq;
    for (task_index i = 0; i < tasks; ++i) {
      if (recorded.contains(i))
        continue;
      if (!job.ready.empty() && job.ready.back().end == i)
        ++job.ready.back().end;
      else
        job.ready.push_back({i, i + 1});
    }
    return job;
  }

  /// Records what came; without a reply the scheduler never hears of it.
  void record(bool reply) {
    for (const auto& batch : store.take_all<store_accept>()) {
      store_accepted done;
      done.ticket = batch.ticket;
      for (const auto& x : batch.records) {
        done.seqs.push_back(++last_seq);
        for (auto i = x.range.begin; i < x.range.end; ++i)
          ++recorded[i];
      }
      if (reply)
        store.send(lead_of_work, done);
    }
    sched.run();
  }

  void crash(std::chrono::milliseconds until_open = 0ms) {
    close();
    record(false);
    pass(until_open);
    open();
    pass(300ms);
  }

  job_progress run_to_end() {
    job_progress last;
    for (int i = 0; i < 500 && !last.all_ended; ++i) {
      record(true);
      pass(10ms);
      for (const auto& message : coordinator.take_all<progress_report>())
        last = message.items.back();
    }
    return last;
  }

  void check_all_once() {
    std::map<int64_t, int> executed;
    for (auto x : ran)
      ++executed[x];
    for (task_index i = 0; i < tasks; ++i) {
      CAF_CHECK_EQUAL(executed[static_cast<int64_t>(i)], 1);
      CAF_CHECK_EQUAL(recorded[i], 1);
    }
  }

  puppet hub{sys};
  puppet store{sys};
  puppet coordinator{sys};
  membership_actor nodes;
  scheduler_actor lead_of_work;
  uplink_actor up;
  std::shared_ptr<door_dialer> dial = std::make_shared<door_dialer>();
  std::map<task_index, int> recorded;
  uint64_t last_seq = 0;
  uint64_t term = first_term;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(rejoin_tests, fixture)

CAF_TEST(a_running_lease_outlives_its_scheduler) {
  auto crashes = 0;
  during = [&](int64_t x) {
    if (x % 10 != 5)
      return;
    ++crashes;
    crash();
  };
  auto last = run_to_end();
  CAF_CHECK_EQUAL(crashes, 4);
  CAF_CHECK(last.all_ended);
  CAF_CHECK_EQUAL(last.succeeded, tasks);
  CAF_CHECK_EQUAL(last.attempts, tasks);
  check_all_once();
}

CAF_TEST(what_was_recorded_and_not_answered_is_not_recorded_again) {
  for (int i = 0; i < 5 && recorded.empty(); ++i) {
    pass(10ms);
    record(true);
  }
  pass(10ms);
  auto answered = recorded.size();
  CAF_CHECK(answered > 0 && answered < tasks);
  crash();
  CAF_CHECK(recorded.size() > answered); // They waited at the store.
  auto last = run_to_end();
  CAF_CHECK(last.all_ended);
  CAF_CHECK_EQUAL(last.succeeded, tasks);
  check_all_once();
}

CAF_TEST(a_worker_runs_on_while_there_is_no_scheduler) {
  auto crashed = false;
  during = [&](int64_t) {
    if (!std::exchange(crashed, true))
      crash(3s);
  };
  auto last = run_to_end();
  CAF_CHECK(crashed && last.all_ended);
  check_all_once();
}

CAF_TEST(a_node_that_does_not_come_back_is_waited_for_briefly) {
  record(true);
  puppet other{sys};
  close();
  end(up);
  end(subject);
  open(); // It names a node that will never come.
  join_request terms = {};
  terms.name = "other";
  terms.incarnation_id = 12;
  terms.version = "1";
  terms.roles = {"worker"};
  terms.functions = {{"echo", "int", "null", "int", ""}};
  terms.worker = other.as();
  terms.heartbeat_ms = 10'000; // It sends none.
  auto asked = other.ask(nodes, terms);
  sched.run();
  asked.receive([](const join_reply&) {},
                [](const caf::error&) { CAF_FAIL("refused"); });
  other.send(lead_of_work, window_update{100, 100});
  pass(1400ms);
  CAF_CHECK(!other.take<grants>());
  pass(200ms);
  CAF_CHECK(other.take<grants>().has_value());
}

CAF_TEST_FIXTURE_SCOPE_END()
