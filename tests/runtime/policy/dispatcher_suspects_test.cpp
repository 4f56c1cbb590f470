#define CAF_SUITE dispatcher_suspects

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

struct crash_stage : dispatcher_stage {
  /// A job of one task that was lost `crashes` times with its worker.
  void add_suspect(job_id id, uint32_t crashes, uint32_t max_crashes = 3) {
    dispatcher::job_terms terms{id, "f", false, 1, {}};
    terms.max_crashes = max_crashes;
    core.add_job(terms);
    for (uint32_t i = 0; i < crashes; ++i) {
      add_worker(999);
      CAF_REQUIRE_EQUAL(dispatch().size(), 1u);
      CAF_REQUIRE(core.remove_worker(999, now).empty());
    }
  }

  const lease& lease_of(const dispatcher::granted& what) {
    return *core.leases().find(what.lease);
  }
};

} // namespace

CAF_TEST(pieces_of_a_lost_lease_are_granted_one_by_one) {
  crash_stage stage;
  stage.teach("f", 1us);
  stage.add_range_job(1, 1000);
  stage.add_worker(1);
  auto before = stage.dispatch();
  CAF_REQUIRE(!before.empty());
  auto lost = before.front().range;
  CAF_REQUIRE(lost.begin == 0 && lost.size() > 16);
  stage.core.remove_worker(1, stage.now);
  stage.add_worker(2);
  uint64_t leases = 0;
  for (int i = 0; i < 1000; ++i)
    for (const auto& x : stage.dispatch()) {
      if (x.range.begin < lost.end) {
        ++leases;
        CAF_CHECK(x.range.size() <= lost.size() / 16 + 1);
        CAF_CHECK_EQUAL(stage.lease_of(x).crashes, 1u);
      }
      stage.accept(stage.whole(x));
    }
  CAF_CHECK_EQUAL(leases, 16u);
  CAF_CHECK(stage.report_of(1).all_ended);
}

CAF_TEST(a_lost_lease_is_no_attempt) {
  crash_stage stage;
  stage.add_suspect(1, 2);
  stage.add_worker(1);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  CAF_CHECK_EQUAL(grants[0].attempt, 1u);
  CAF_CHECK(stage.accept(stage.whole(grants[0], {0})).empty());
  CAF_CHECK_EQUAL(stage.report_of(1).attempts, 1u);
}

CAF_TEST(a_suspect_has_its_worker_for_itself) {
  crash_stage stage;
  stage.add_suspect(1, 2);
  stage.add_range_job(2, 100);
  stage.add_worker(1, 4);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  CAF_CHECK_EQUAL(grants[0].job, 1u);
  CAF_CHECK(stage.lease_of(grants[0]).alone);
  CAF_CHECK(stage.dispatch().empty());
  CAF_MESSAGE("when it is done the others go on");
  stage.accept(stage.whole(grants[0]));
  grants = stage.dispatch();
  CAF_REQUIRE(!grants.empty());
  CAF_CHECK_EQUAL(grants[0].job, 2u);
  CAF_CHECK(!stage.lease_of(grants[0]).alone);
}

CAF_TEST(a_busy_worker_is_emptied_for_a_suspect) {
  crash_stage stage;
  stage.add_suspect(1, 2);
  stage.add_worker(1, 1, {"g"});
  stage.add_range_job(2, 1000, "g");
  auto busy = stage.dispatch();
  CAF_REQUIRE(!busy.empty());
  stage.add_worker(1, 1, {"f", "g"}); // Now it could take the suspect.
  CAF_CHECK(stage.dispatch().empty());
  for (const auto& x : busy)
    stage.accept(stage.whole(x));
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  CAF_CHECK_EQUAL(grants[0].job, 1u);
}

CAF_TEST(a_worker_is_not_kept_for_suspects_that_are_gone) {
  struct row {
    const char* what;
    void (*happens)(crash_stage&);
  };
  const row rows[] = {
    {"their job is cancelled",
     [](crash_stage& stage) { stage.core.remove_job(1); }},
    {"their job is paused",
     [](crash_stage& stage) { stage.core.pause(1, true); }},
    {"the worker no longer offers it",
     [](crash_stage& stage) { stage.add_worker(1, 1, {"g"}); }},
  };
  for (const auto& [what, happens] : rows) {
    CAF_MESSAGE(what);
    crash_stage stage;
    stage.add_suspect(1, 2);
    stage.add_worker(1, 1, {"g"});
    stage.add_range_job(2, 1000, "g");
    auto busy = stage.dispatch();
    stage.add_worker(1, 1, {"f", "g"});
    for (const auto& x : busy)
      CAF_CHECK(stage.dispatch().empty() && !x.range.empty());
    happens(stage);
    for (const auto& x : busy)
      stage.accept(stage.whole(x));
    auto grants = stage.dispatch();
    CAF_REQUIRE(!grants.empty());
    CAF_CHECK_EQUAL(grants[0].job, 2u);
  }
}

CAF_TEST(a_silent_worker_gets_no_suspect) {
  crash_stage stage;
  stage.add_suspect(1, 2);
  stage.add_worker(1);
  stage.core.suspend(1, true);
  CAF_CHECK(stage.dispatch().empty());
  stage.add_worker(2);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  CAF_CHECK_EQUAL(grants[0].worker, 2u);
}

CAF_TEST(suspects_leave_half_of_the_workers_to_the_others) {
  crash_stage stage;
  for (job_id id = 1; id <= 8; ++id)
    stage.add_suspect(id, 0);
  for (int crash = 0; crash < 2; ++crash) {
    stage.add_worker(999, 16);
    CAF_REQUIRE_EQUAL(stage.dispatch().size(), 8u);
    CAF_REQUIRE(stage.core.remove_worker(999, stage.now).empty());
  }
  stage.add_range_job(20, 1000);
  for (worker_id id = 1; id <= 6; ++id)
    stage.add_worker(id);
  size_t alone = 0;
  std::set<worker_id> others;
  for (const auto& x : stage.dispatch()) {
    if (stage.lease_of(x).alone)
      ++alone;
    else
      others.insert(x.worker);
  }
  CAF_CHECK_EQUAL(alone, 3u);
  CAF_CHECK_EQUAL(others.size(), 3u);
  CAF_CHECK_EQUAL(stage.core.suspects(), 5u);
}

CAF_TEST(only_crashes_of_a_task_that_ran_alone_count) {
  struct row {
    const char* what;
    uint32_t max_crashes;
    uint32_t want; ///< Crashes until it is given up; 0: never.
  };
  const row rows[] = {
    {"the default", 3, 5}, {"one is enough", 1, 3}, {"off", 0, 0}};
  for (const auto& [what, max_crashes, want] : rows) {
    CAF_MESSAGE(what);
    crash_stage stage;
    stage.add_suspect(1, 0, max_crashes);
    uint32_t crashes = 0;
    std::vector<dead_letter> dead;
    while (dead.empty() && crashes < 20) {
      stage.add_worker(1, 2);
      CAF_REQUIRE_EQUAL(stage.dispatch().size(), 1u);
      dead = stage.core.remove_worker(1, stage.now);
      ++crashes;
    }
    CAF_CHECK_EQUAL(dead.empty(), want == 0);
    if (want == 0)
      continue;
    CAF_CHECK_EQUAL(crashes, want);
    CAF_CHECK_EQUAL(dead[0].job, 1u);
    CAF_CHECK_EQUAL(dead[0].index, 0u);
    CAF_CHECK_EQUAL(dead[0].node, "node1");
    CAF_CHECK(dead[0].code == errc::kills_workers);
    CAF_CHECK(dead[0].text.find("suspected of killing its workers")
              != std::string::npos);
    auto report = stage.report_of(1);
    CAF_CHECK_EQUAL(report.dead, 1u);
    CAF_CHECK(report.all_ended);
    CAF_CHECK(report.first_dead.find("task 0: suspected") != std::string::npos);
  }
}

CAF_TEST(a_suspect_that_was_given_up_releases_its_input) {
  crash_stage stage;
  stage.add_chunk_job(1);
  stage.add_inputs(1, {0, 2}, true);
  uint64_t done = 0;
  for (int i = 0; i < 20 && stage.core.chunks_of(1) > 0; ++i) {
    stage.add_worker(1);
    for (const auto& x : stage.dispatch())
      if (x.range.size() == 1 && x.range.begin == 0) {
        stage.accept(stage.whole(x));
        ++done;
      }
    stage.core.remove_worker(1, stage.now);
  }
  CAF_CHECK_EQUAL(done, 1u);
  CAF_CHECK_EQUAL(stage.core.chunks_of(1), 0u);
  auto report = stage.report_of(1);
  CAF_CHECK_EQUAL(report.dead, 1u);
  CAF_CHECK_EQUAL(report.succeeded, 1u);
}

CAF_TEST(suspects_count_toward_the_limit_of_dead_letters) {
  crash_stage stage;
  dispatcher::job_terms terms{1, "f", false, 2, {}};
  terms.max_dead = 1;
  terms.max_crashes = 1;
  stage.core.add_job(terms);
  for (int i = 0; i < 20; ++i) {
    stage.add_worker(1);
    stage.dispatch();
    if (!stage.core.remove_worker(1, stage.now).empty())
      break;
  }
  CAF_CHECK(stage.report_of(1).fatal.code == errc::too_many_dead);
}

CAF_TEST(a_suspect_that_was_handed_back_is_still_one) {
  crash_stage stage;
  stage.add_suspect(1, 3);
  stage.add_worker(1);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  stage.core.trimmed(1, grants[0].lease, 0);
  CAF_CHECK_EQUAL(stage.core.suspects(), 1u);
  grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  CAF_CHECK(stage.lease_of(grants[0]).alone);
  CAF_CHECK_EQUAL(stage.lease_of(grants[0]).blamed, 1u);
}
