#define CAF_SUITE coordinator_trace

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::cluster_fixture {
  task_trace trace(const trace_task& what) {
    task_trace found;
    why = {};
    auto pending = people.ask(now().coordinator, what);
    sched.run();
    pending.receive([&](const task_trace& x) { found = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return found;
  }

  static size_t count(const task_trace& in, trace_kind kind) {
    return static_cast<size_t>(
      std::count_if(in.steps.begin(), in.steps.end(),
                    [=](const auto& x) { return x.kind == kind; }));
  }

  static const trace_step& first(const task_trace& in, trace_kind kind) {
    auto i = std::find_if(in.steps.begin(), in.steps.end(),
                          [=](const auto& x) { return x.kind == kind; });
    CAF_REQUIRE(i != in.steps.end());
    return *i;
  }

  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_trace_tests, fixture)

CAF_TEST(an_attempt_that_failed_and_one_that_did_not_are_told) {
  start();
  auto item = range_job("fail", 1, 2, "sum");
  item.spec.options.backoff_base_ms = 100;
  auto job = submit(std::move(item));
  pass(1s);
  CAF_REQUIRE(job.watch->ended);
  auto found = trace({job.id(), true, 0});
  CAF_CHECK(why.code == errc::ok);
  CAF_CHECK(found.one && !found.incomplete);
  for (auto kind :
       {trace_kind::submitted, trace_kind::failed, trace_kind::accepted,
        trace_kind::merged, trace_kind::job_ended})
    CAF_CHECK_EQUAL(count(found, kind), 1u);
  for (auto kind : {trace_kind::ready, trace_kind::leased, trace_kind::started,
                    trace_kind::ended})
    CAF_CHECK_EQUAL(count(found, kind), 2u);
  auto node = first(found, trace_kind::leased).node;
  CAF_CHECK_EQUAL(node, "w1");
  auto ascends = std::is_sorted(
    found.steps.begin(), found.steps.end(),
    [](const auto& x, const auto& y) { return x.at_us < y.at_us; });
  CAF_CHECK(ascends);
}

CAF_TEST(what_runs_is_told_while_it_runs) {
  start();
  auto job = submit(job_of("sleep", "uint", {encoded(uint64_t{0})}));
  auto whole = trace({job.id(), false, 0});
  CAF_CHECK(!whole.one);
  CAF_CHECK_EQUAL(count(whole, trace_kind::leased), 1u);
}

CAF_TEST(nobody_is_named_for_what_a_worker_did_that_is_gone) {
  start();
  auto job = submit(range_job("echo", 0, 10, "count"));
  pass(1s);
  kill_worker(0);
  caf::anon_send_exit(now().membership, caf::exit_reason::kill);
  pass(10s);
  add_worker("another");
  auto found = trace({job.id(), false, 0});
  CAF_CHECK_EQUAL(first(found, trace_kind::leased).node, "");
}

CAF_TEST(a_worker_that_is_up_keeps_its_name_however_many_come_and_go) {
  start();
  auto job = submit(range_job("echo", 0, 10, "count"));
  pass(1s);
  for (worker_id id = 1000; id < 6000; ++id) {
    worker_up other;
    other.worker = id;
    other.node = "other";
    caf::anon_send(now().coordinator, other);
    caf::anon_send(now().coordinator, worker_gone{id});
  }
  auto found = trace({job.id(), false, 0});
  CAF_CHECK_EQUAL(first(found, trace_kind::leased).node, "w1");
}

CAF_TEST(unknown_jobs_and_tasks_are_refused) {
  start();
  trace({77, false, 0});
  CAF_CHECK(why.code == errc::unknown_job);
  auto job = submit(range_job("echo", 0, 10, "count"));
  trace({job.id(), true, 10});
  CAF_CHECK(why.code == errc::bad_usage);
}

CAF_TEST_FIXTURE_SCOPE_END()
