#define CAF_SUITE coordinator_verify

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::cluster_fixture {
  job_audit verify(job_id job) {
    job_audit found;
    why = {};
    auto pending = people.ask(now().coordinator, verify_job{job});
    sched.run();
    pending.receive([&](const job_audit& x) { found = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return found;
  }

  void forge(lease_event what) {
    store_accept forged;
    forged.ticket = 1'000'000;
    forged.leases = {std::move(what)};
    people.send(now().store, forged);
    sched.run();
  }

  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_verify_tests, fixture)

CAF_TEST(a_job_with_retries_and_lost_workers_is_proven_right) {
  start(2);
  auto item = range_job("fail", 1, 2, "sum");
  item.spec.options.backoff_base_ms = 1;
  auto failing = submit(std::move(item));
  auto sleeping = submit(range_job("sleep", 0, 40, "collect"));
  kill_worker(0);
  add_worker("w3");
  pass(10s);
  CAF_REQUIRE(failing.watch->ended && sleeping.watch->ended);
  auto found = verify(failing.id());
  CAF_CHECK(found.ok);
  CAF_CHECK(found.ended);
  CAF_CHECK_EQUAL(found.job, failing.id());
  CAF_CHECK_EQUAL(found.tasks, 1u);
  CAF_CHECK_EQUAL(found.accepted, 1u);
  CAF_CHECK_EQUAL(found.failed, 1u);
  found = verify(sleeping.id());
  CAF_CHECK(found.ok);
  CAF_CHECK_EQUAL(found.accepted, 40u);
}

CAF_TEST(dead_letters_and_a_requeue_are_proven_right) {
  start();
  auto item = range_job("fail", 5, 6, "collect");
  item.spec.options.retries = 0;
  auto job = submit(std::move(item));
  pass(1s);
  auto found = verify(job.id());
  CAF_CHECK(found.ok && found.ended);
  CAF_CHECK_EQUAL(found.accepted, 0u);
  CAF_CHECK_EQUAL(found.failed, 1u);
  requeue_dead again;
  again.which.job = job.id();
  auto pending = people.ask(now().coordinator, again);
  sched.run();
  pending.receive([](const dead_changed& x) { CAF_CHECK_EQUAL(x.letters, 1u); },
                  [](const caf::error&) { CAF_FAIL("not requeued"); });
  pass(1s);
  found = verify(job.id());
  CAF_CHECK(found.ok && found.ended);
  CAF_CHECK_EQUAL(found.failed, 2u);
}

CAF_TEST(a_cancelled_job_is_proven_right) {
  start();
  auto job = submit(range_job("sleep", 0, 1'000'000, "count"));
  CAF_CHECK(verify(job.id()).ok);
  CAF_CHECK(!verify(job.id()).ended);
  auto pending = people.ask(now().coordinator, cancel_job{job.id()});
  sched.run();
  pending.receive([](const job_status&) {}, [](const caf::error&) {});
  auto found = verify(job.id());
  CAF_CHECK(found.ok && found.ended);
}

CAF_TEST(a_forged_accept_is_found) {
  start();
  auto job = submit(range_job("echo", 0, 10, "count"));
  pass(1s);
  CAF_REQUIRE(job.watch->ended);
  forge({lease_event_kind::accepted, job.id(), {9, 9}, 0, {3, 5}, 0, {}});
  auto found = verify(job.id());
  CAF_CHECK(!found.ok);
  CAF_CHECK_EQUAL(found.found, 2u); // Not current, and twice.
  CAF_REQUIRE_EQUAL(found.violations.size(), 2u);
  CAF_CHECK(test::contains(found.violations[0], "9.9"));
  CAF_CHECK(test::contains(found.violations[1], "task 3"));
}

CAF_TEST(an_unknown_job_cannot_be_verified) {
  start();
  verify(77);
  CAF_CHECK(why.code == errc::unknown_job);
}

CAF_TEST_FIXTURE_SCOPE_END()
