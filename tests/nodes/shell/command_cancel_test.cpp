#define CAF_SUITE command_cancel

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_cancel_tests, command_fixture)

CAF_TEST(cancels_what_runs) {
  run({"submit", "sleep", "--input", "100000"});
  auto ended = run({"cancel", "1", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("\"state\": \"cancelled\""));
}

CAF_TEST(what_has_ended_cannot_be_cancelled) {
  run({"run", "echo", "--input", "1"});
  auto ended = run({"cancel", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("succeeded"));
}

CAF_TEST_FIXTURE_SCOPE_END()
