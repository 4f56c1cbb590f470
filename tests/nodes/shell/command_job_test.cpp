#define CAF_SUITE command_job

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_job_tests, command_fixture)

CAF_TEST(shows_everything) {
  run({"run", "echo", "--input", "1", "--name", "mine"});
  auto ended = run({"job", "1"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("name        mine\n"));
  CAF_CHECK(ended.shows("state       succeeded\n"));
  CAF_CHECK(run({"job", "1", "--json"}).out.starts_with("{\"job\": 1, "));
}

CAF_TEST(an_unknown_job_is_refused) {
  auto ended = run({"job", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("77"));
}

CAF_TEST_FIXTURE_SCOPE_END()
