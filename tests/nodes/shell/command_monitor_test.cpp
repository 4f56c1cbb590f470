#define CAF_SUITE command_monitor

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;
using nlohmann::json;

CAF_TEST_FIXTURE_SCOPE(command_monitor_tests, command_fixture)

CAF_TEST(tells_what_is_and_closes_its_array_when_time_is_over) {
  auto ended =
    run({"monitor", "coordinator/event_hub", "--timeout", "1ms", "--json"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  auto list = json::parse(ended.out);
  CAF_CHECK(list.size() == 1);
  CAF_CHECK(list.at(0).at("what") == "running");
  CAF_CHECK(ended.says("--timeout is over"));
}

CAF_TEST(a_root_cannot_be_monitored) {
  auto ended = run({"monitor", "coordinator"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("a root has no supervisor"));
}

CAF_TEST_FIXTURE_SCOPE_END()
