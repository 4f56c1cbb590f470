#define CAF_SUITE coordinator_explain

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;

namespace {

struct fixture : test::cluster_fixture {
  task_explanation explain(job_id job, std::optional<task_index> index = {}) {
    task_explanation found;
    why = {};
    auto pending =
      people.ask(now().coordinator,
                 explain_task{job, index.has_value(), index.value_or(0)});
    sched.run();
    pending.receive([&](const task_explanation& x) { found = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return found;
  }

  job_status describe(job_id job) {
    job_status found;
    auto pending = people.ask(now().coordinator, describe_job{job});
    sched.run();
    pending.receive([&](const job_status& x) { found = x; },
                    [](const caf::error&) { CAF_FAIL("no such job"); });
    return found;
  }

  void cordon(const std::string& node, cordon_kind what) {
    auto pending = people.ask(now().membership, cordon_node{node, what, 0});
    sched.run();
    pending.receive([](const node_info&) {},
                    [](const caf::error&) { CAF_FAIL("no such node"); });
  }

  void cancel(job_id job) {
    auto pending = people.ask(now().coordinator, cancel_job{job});
    sched.run();
    pending.receive([](const job_status&) {}, [](const caf::error&) {});
  }

  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_explain_tests, fixture)

CAF_TEST(an_unknown_job_or_task_is_an_error) {
  start();
  explain(77);
  CAF_CHECK(why.code == errc::unknown_job);
  auto job = submit(range_job("echo", 0, 10, "count"));
  explain(job.id(), 10);
  CAF_CHECK(why.code == errc::bad_usage);
  CAF_CHECK(contains(why.text, "no task 10"));
  CAF_CHECK(contains(why.text, "the last is 1/9"));
  explain(job.id(), UINT64_MAX);
  CAF_CHECK(why.code == errc::protocol_violation);
}

CAF_TEST(a_task_of_a_cordoned_cluster_waits_for_that) {
  start();
  cordon("w1", cordon_kind::cordon);
  auto job = submit(range_job("echo", 0, 10, "count"));
  auto found = explain(job.id());
  CAF_CHECK(found.state == task_state::ready);
  CAF_CHECK_EQUAL(found.job, job.id());
  CAF_CHECK_EQUAL(found.index, 0u);
  CAF_REQUIRE_EQUAL(found.workers.size(), 1u);
  CAF_CHECK_EQUAL(found.workers[0].node, "w1");
  CAF_CHECK(contains(found.workers[0].why, "cordoned"));
  CAF_CHECK_EQUAL(explain(job.id(), 4).tasks_before, 4u);
  cordon("w1", cordon_kind::uncordon);
  pass(1s);
  CAF_CHECK(job.watch->ended);
}

CAF_TEST(an_open_job_waits_for_its_inputs) {
  start();
  auto item = job_of("echo", "uint", {encoded(uint64_t{1})});
  item.closed = false;
  auto job = submit(std::move(item));
  auto found = explain(job.id(), 1);
  CAF_CHECK(found.state == task_state::waiting);
  CAF_CHECK_EQUAL(found.index, 1u);
  CAF_CHECK(contains(found.why, "has got 1 input so far"));
  item = job_of("echo", "uint", {});
  item.closed = false;
  auto empty = submit(std::move(item));
  found = explain(empty.id());
  CAF_CHECK(found.state == task_state::waiting);
  CAF_CHECK(contains(found.why, "has got 0 inputs so far"));
  found = explain(job.id(), 0);
  CAF_CHECK(found.state == task_state::succeeded);
}

CAF_TEST(a_job_that_succeeded_is_explained_by_its_state) {
  start();
  auto job = submit(range_job("echo", 0, 10, "count"));
  pass(1s);
  auto found = explain(job.id(), 3);
  CAF_CHECK(found.state == task_state::succeeded);
  CAF_CHECK_EQUAL(found.index, 3u);
  found = explain(job.id());
  CAF_CHECK(found.state == task_state::succeeded);
  CAF_CHECK(contains(found.why, "has ended: it has succeeded"));
}

CAF_TEST(dead_letters_say_what_went_wrong) {
  start();
  auto item =
    job_of("fail", "uint", {encoded(uint64_t{9}), encoded(uint64_t{0})});
  item.spec.options.retries = 0;
  auto job = submit(std::move(item));
  pass(1s);
  auto found = explain(job.id(), 0);
  CAF_CHECK(found.state == task_state::dead);
  CAF_CHECK(contains(found.why, "given up after 1 attempt: "));
  CAF_CHECK_EQUAL(found.node, "w1");
  found = explain(job.id(), 1);
  CAF_CHECK(found.state == task_state::succeeded);
  CAF_CHECK(contains(found.why, "unless it was a dead letter"));
  found = explain(job.id());
  CAF_CHECK(found.state == task_state::dead);
}

CAF_TEST(a_dead_task_of_a_job_that_goes_on_says_what_went_wrong) {
  start();
  auto item = job_of("fail", "uint", {encoded(uint64_t{9})});
  item.spec.options.retries = 0;
  item.closed = false;
  auto job = submit(std::move(item));
  pass(1s);
  auto found = explain(job.id(), 0);
  CAF_CHECK(found.state == task_state::dead);
  CAF_CHECK(contains(found.why, "given up after 1 attempt: "));
}

CAF_TEST(what_is_not_known_any_more_is_not_made_up) {
  start();
  cordon("w1", cordon_kind::cordon);
  auto unserved = submit(range_job("echo", 0, 10, "count"));
  cancel(unserved.id());
  auto found = explain(unserved.id(), 3);
  CAF_CHECK(found.state == task_state::cancelled);
  CAF_CHECK(contains(found.why, "it was cancelled with job"));
  CAF_CHECK(!contains(found.why, "not known"));
  cordon("w1", cordon_kind::uncordon);
  auto item = job_of("echo", "uint", {encoded(uint64_t{1})});
  item.closed = false;
  auto begun = submit(std::move(item));
  item = job_of("fail", "uint", {encoded(uint64_t{9}), encoded(uint64_t{0})});
  item.spec.options.backoff_base_ms = 100'000;
  item.spec.options.backoff_cap_ms = 100'000;
  auto half = submit(std::move(item));
  pass(100ms);
  cancel(begun.id());
  cancel(half.id());
  found = explain(begun.id(), 0); // All that it got had succeeded.
  CAF_CHECK(found.state == task_state::succeeded);
  found = explain(half.id(), 0);
  CAF_CHECK(found.state == task_state::cancelled);
  CAF_CHECK(contains(found.why, "is not known any more"));
}

CAF_TEST(a_stuck_job_says_so_in_its_status) {
  // The function is offered by a node that goes, and by none that stays.
  auto known = std::make_shared<function_registry>();
  auto same = [](uint64_t x) { return x; };
  CAF_REQUIRE(known->add("rare", same).has_value());
  start_lead();
  auto all = std::exchange(functions, known);
  add_worker("rare");
  functions = all;
  add_worker("plain");
  connect_client();
  cordon("rare", cordon_kind::cordon);
  auto job = submit(job_of("rare", "uint", {encoded(uint64_t{1})}));
  CAF_CHECK(!contains(describe(job.id()).reason, "rare"));
  kill_worker(0);
  CAF_CHECK(contains(describe(job.id()).reason, "\"rare\""));
  auto found = explain(job.id());
  CAF_CHECK(found.impossible);
  CAF_REQUIRE_EQUAL(found.workers.size(), 1u);
  CAF_CHECK(found.workers[0].never);
}

CAF_TEST_FIXTURE_SCOPE_END()
