#define CAF_SUITE command_restart

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using nlohmann::json;

namespace {

constexpr const char* runner = "worker/worker_tree/runners/0";

} // namespace

CAF_TEST_FIXTURE_SCOPE(command_restart_tests, command_fixture)

CAF_TEST(a_runner_is_restarted_and_works_again) {
  auto ended = run({"restart", runner});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out == std::string{runner} + " on local: restarting\n");
  CAF_CHECK(run({"run", "echo", "--input", "1"}).code == exit_code::done);
  auto what = json::parse(run({"describe", runner, "--json"}).out);
  CAF_CHECK(what.at("child").at("restarts") == 1);
}

CAF_TEST(what_can_be_started_again_is_stopped) {
  run({"spawn", "echo", "--input", "1"});
  auto ended = run({"stop", "worker/spawned", "--json"});
  CAF_CHECK(json::parse(ended.out).at("done") == "stopped");
  CAF_CHECK(run({"tree"}).shows("stopped"));
  CAF_CHECK(run({"restart", "worker/spawned"}).shows("started"));
  CAF_CHECK(run({"spawn", "echo", "--input", "1"}).code == exit_code::done);
}

CAF_TEST(what_the_cluster_needs_is_not_stopped) {
  for (const auto* path :
       {"coordinator", "worker", "coordinator/front_door", "coordinator/agent",
        "coordinator/event_hub", "coordinator/cluster",
        "coordinator/cluster/store", "worker/worker_tree", runner,
        "worker/worker_tree/uplink"}) {
    CAF_MESSAGE(path);
    auto ended = run({"stop", path});
    CAF_CHECK(ended.code != exit_code::done);
    CAF_CHECK(ended.says("is not stopped: "));
  }
  CAF_CHECK(run({"run", "echo", "--input", "1"}).code == exit_code::done);
  CAF_CHECK(run({"restart", "coordinator"}).says("has no supervisor"));
}

CAF_TEST_FIXTURE_SCOPE_END()
