#define CAF_SUITE command_functions

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_functions_tests, command_fixture)

CAF_TEST(lists_what_workers_offer) {
  auto ended = run({"functions"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("echo(any) -> any"));
  CAF_CHECK(run({"functions", "--json"}).shows("\"name\": \"wordcount\""));
}

CAF_TEST(shows_one_with_its_types) {
  CAF_CHECK(run({"functions", "sleep"}).out.starts_with("sleep(uint) -> uint"));
  CAF_CHECK(run({"functions", "sleep", "--json"})
              .out.starts_with("{\"name\": \"sleep\""));
}

CAF_TEST(an_unknown_one_is_refused_with_the_nearest_names) {
  auto ended = run({"functions", "ecko"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"echo\""));
}

CAF_TEST_FIXTURE_SCOPE_END()
