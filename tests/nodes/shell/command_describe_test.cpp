#define CAF_SUITE command_describe

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;
using namespace troupe::shell;
using nlohmann::json;

CAF_TEST_FIXTURE_SCOPE(command_describe_tests, command_fixture)

CAF_TEST(describes_how_an_actor_is_supervised) {
  auto ended = run({"describe", "coordinator/cluster/scheduler", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  auto what = json::parse(ended.out);
  CAF_CHECK(what.at("node") == "local");
  CAF_CHECK(what.at("child").at("restart") == "permanent");
  CAF_CHECK(what.at("supervisor").at("strategy") == "rest_for_one");
  CAF_CHECK(what.at("vitals").at("kind") == "scheduler");
  auto text = run({"describe", "coordinator/cluster/scheduler"});
  CAF_CHECK(text.shows("coordinator/cluster, rest_for_one"));
  CAF_CHECK(text.shows("siblings     store, membership, coordinator, jobs"));
  CAF_CHECK(text.shows("ask load"));
  CAF_CHECK(text.shows("send flush"));
}

CAF_TEST(a_root_has_no_supervisor) {
  auto text = run({"describe", "coordinator"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(!text.shows("supervisor   "));
  CAF_CHECK(text.shows("strategy     "));
}

CAF_TEST(every_actor_of_the_cluster_tells_its_state) {
  for (const auto* path :
       {"coordinator", "coordinator/front_door", "coordinator/agent",
        "coordinator/event_hub", "coordinator/cluster/store",
        "coordinator/cluster/membership", "coordinator/cluster/scheduler",
        "coordinator/cluster/coordinator", "coordinator/cluster/jobs",
        "worker/worker_tree/worker", "worker/worker_tree/runners/0",
        "worker/worker_tree/uplink"}) {
    CAF_MESSAGE(path);
    auto ended = run({"state", path, "--json"});
    CAF_CHECK(ended.code == exit_code::done);
    auto what = json::parse(ended.out, nullptr, false);
    CAF_CHECK(what.is_object() && what.at("state").is_object());
  }
  CAF_CHECK(run({"state", "worker/worker_tree/worker"}).shows("slots"));
}

CAF_TEST_FIXTURE_SCOPE_END()
