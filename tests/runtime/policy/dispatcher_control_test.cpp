#define CAF_SUITE dispatcher_control

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST_FIXTURE_SCOPE(dispatcher_control_tests, test::dispatcher_stage)

CAF_TEST(a_cordoned_worker_gets_nothing_also_when_it_comes_back) {
  add_worker(1);
  core.cordon(1, true);
  core.suspend(1, true);
  core.suspend(1, false);
  add_range_job(1, 1);
  CAF_CHECK(dispatch().empty());
  core.cordon(1, false);
  CAF_CHECK_EQUAL(dispatch().size(), 1u);
}

CAF_TEST(handed_back_leases_are_ready_again) {
  add_worker(1);
  add_range_job(1, 1);
  auto lease = dispatch().at(0);
  auto trims = core.unstarted(1);
  CAF_REQUIRE_EQUAL(trims.size(), 1u);
  CAF_CHECK(trims[0].lease == lease.lease);
  CAF_CHECK_EQUAL(trims[0].end, 0u);
  core.cordon(1, true);
  CAF_CHECK_EQUAL(core.hand_back(1).size(), 1u);
  CAF_CHECK(core.hand_back(1).empty());
  CAF_CHECK_EQUAL(core.ready_tasks(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
