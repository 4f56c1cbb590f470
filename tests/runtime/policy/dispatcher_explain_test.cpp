#define CAF_SUITE dispatcher_explain

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::verdict;

CAF_TEST(each_state_has_its_reason) {
  dispatcher_stage stage;
  stage.teach("f", 50ms);
  stage.add_worker(1);
  stage.add_range_job(1, 5, "f", {1s, 1s, 2});
  auto held = stage.dispatch();
  CAF_REQUIRE_EQUAL(held.size(), 1u);
  auto runs = stage.core.explain(1, 0, stage.now);
  CAF_CHECK(runs.state == task_state::leased);
  CAF_CHECK(runs.running);
  CAF_CHECK(runs.lease == held[0].lease);
  CAF_CHECK_EQUAL(runs.node, "node1");
  CAF_CHECK_EQUAL(runs.why, "it runs on node1");
  auto waits = stage.core.explain(1, 3, stage.now);
  CAF_CHECK(waits.state == task_state::ready);
  CAF_CHECK_EQUAL(waits.tasks_before, 2u);
  CAF_CHECK_EQUAL(waits.why, "it waits for its turn");
  CAF_CHECK_EQUAL(verdict(waits, "node1"),
                  "its slots are busy: 1 tasks in 1 leases");
  stage.accept(stage.whole(held[0], {0}));
  auto failed = stage.core.explain(1, 0, stage.now);
  CAF_CHECK(failed.state == task_state::backoff);
  CAF_CHECK_EQUAL(failed.attempt, 2u);
  CAF_CHECK(failed.retry_in_us <= 1'000'000);
  CAF_CHECK_EQUAL(failed.why, "it failed and waits for attempt 2");
  stage.accept(stage.whole(stage.dispatch().at(0)));
  CAF_CHECK_EQUAL(stage.core.explain(1, 1, stage.now).why, "it has succeeded");
  auto none = stage.core.explain(1, 5, stage.now);
  CAF_CHECK(none.state == task_state::waiting);
  CAF_CHECK_EQUAL(none.why, "the job has only 5 tasks");
}

CAF_TEST(without_an_index_it_is_about_the_next_task) {
  dispatcher_stage stage;
  stage.teach("f", 50ms);
  stage.add_range_job(1, 3);
  CAF_CHECK_EQUAL(stage.core.explain(1, {}, stage.now).why, "no worker is up");
  stage.add_worker(1);
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
  CAF_CHECK_EQUAL(stage.core.explain(1, {}, stage.now).index, 1u);
}

CAF_TEST(jobs_that_come_first_are_counted) {
  dispatcher_stage stage;
  stage.teach("f", 50ms);
  stage.add_worker(1);
  for (job_id id = 1; id <= 10; ++id)
    stage.add_range_job(id, 2);
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
  auto last = stage.core.explain(10, 0, stage.now);
  CAF_CHECK_EQUAL(last.jobs_before, 8u); // The first one had its turn.
  CAF_CHECK_EQUAL(stage.core.explain(1, 1, stage.now).jobs_before, 9u);
  // One that nobody can run does not count.
  dispatcher::job_terms nowhere;
  nowhere.id = 11;
  nowhere.function = "f";
  nowhere.payload = false;
  nowhere.tasks = 1;
  nowhere.labels = {"nowhere"};
  nowhere.rank.priority = 9;
  stage.core.add_job(nowhere);
  CAF_CHECK_EQUAL(stage.core.explain(1, 1, stage.now).jobs_before, 9u);
}

CAF_TEST(each_worker_is_ruled_out_for_its_own_reason) {
  dispatcher_stage stage;
  stage.teach("f", 50ms);
  stage.add_worker(1, 1, {"g"});
  stage.add_worker(2);
  stage.add_worker(3, 1, {"f"}, 0);
  stage.core.suspend(2, true);
  stage.add_range_job(1, 2);
  CAF_CHECK(stage.dispatch().empty());
  auto why = stage.core.explain(1, {}, stage.now);
  CAF_CHECK(!why.impossible);
  CAF_CHECK_EQUAL(verdict(why, "node1"),
                  "never: it does not offer the function \"f\"");
  CAF_CHECK_EQUAL(verdict(why, "node2"), "it is silent");
  CAF_CHECK_EQUAL(verdict(why, "node3"),
                  "it takes no work: it leaves, or has just come");
  stage.core.suspend(2, false);
  CAF_CHECK_EQUAL(verdict(stage.core.explain(1, {}, stage.now), "node2"), "");
}

CAF_TEST(a_job_that_waits_as_a_whole_says_so) {
  dispatcher_stage stage;
  stage.teach("f", 50ms);
  stage.add_worker(1);
  stage.add_chunk_job(1);
  stage.add_inputs(1, {0, 3});
  auto beyond = stage.core.explain(1, 7, stage.now);
  CAF_CHECK_EQUAL(beyond.why,
                  "its input has not arrived: the job has 3 so far");
  stage.core.pause(1, true);
  CAF_CHECK_EQUAL(stage.core.explain(1, 0, stage.now).why,
                  "the results of its job are not read: it goes on when they "
                  "are");
}

CAF_TEST(many_workers_are_not_all_listed) {
  dispatcher_stage stage;
  for (worker_id id = 1; id <= limits::explained_workers_max + 5; ++id)
    stage.add_worker(id, 1, {"g"});
  stage.add_range_job(1, 1);
  auto why = stage.core.explain(1, {}, stage.now);
  CAF_CHECK_EQUAL(why.workers.size(), limits::explained_workers_max);
  CAF_CHECK_EQUAL(why.workers_unlisted, 5u);
}
