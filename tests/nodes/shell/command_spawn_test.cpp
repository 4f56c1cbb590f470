#define CAF_SUITE command_spawn

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;
using nlohmann::json;

CAF_TEST_FIXTURE_SCOPE(command_spawn_tests, command_fixture)

CAF_TEST(runs_a_function_once_and_prints_its_result) {
  auto ended = run({"spawn", "echo", "--input", "[1,2]"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out == "[1,2]\n");
  ended = run({"spawn", "echo", "--node", "local", "--json"});
  auto what = json::parse(ended.out);
  CAF_CHECK(what.at("path") == "worker/spawned/2");
  CAF_CHECK(what.at("result").is_null());
  CAF_CHECK(run({"tree"}).shows("spawned"));
}

CAF_TEST(a_function_that_fails_or_lasts_too_long_is_an_error) {
  auto ended = run({"spawn", "fail", "--input", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  ended = run({"spawn", "sleep", "--input", "60000", "--for", "100ms"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did not end within 100 ms"));
}

CAF_TEST(a_time_beyond_the_limit_is_refused_here) {
  auto ended = run_offline({"spawn", "echo", "--for", "2h"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("--for is at most 1h, not \"2h\""));
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(an_unknown_function_is_refused_with_its_nearest) {
  auto ended = run({"spawn", "ecoh"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("did you mean \"echo\""));
}

CAF_TEST_FIXTURE_SCOPE_END()
