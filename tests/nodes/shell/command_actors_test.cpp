#define CAF_SUITE command_actors

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_actors_tests, command_fixture)

CAF_TEST(lists_every_actor_of_both_roles) {
  auto ended = run({"actors", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  auto list = nlohmann::json::parse(ended.out);
  size_t found = 0;
  for (const auto& x : list) {
    std::string path = x.at("path");
    CAF_MESSAGE(path);
    CAF_CHECK(x.at("node") == "local");
    CAF_CHECK(x.at("state") == "running");
    CAF_CHECK(x.at("kind").is_string());
    CAF_CHECK(x.at("mailbox").is_number());
    CAF_CHECK(x.at("handled").is_number());
    found += path == "coordinator/cluster/scheduler"
             || path == "worker/worker_tree/runners/0"
             || path == "coordinator/front_door";
  }
  CAF_CHECK(found == 3);
  auto table = run({"actors"});
  CAF_CHECK(table.out.starts_with("NODE"));
  CAF_CHECK(table.shows("HANDLED"));
  CAF_CHECK(table.err.empty());
}

CAF_TEST(says_when_the_list_was_cut) {
  auto ended = run({"actors", "--limit", "2", "--json"});
  CAF_CHECK(nlohmann::json::parse(ended.out).size() == 2);
  CAF_CHECK(ended.says("these are 2 of"));
  ended = run({"actors", "--limit", "0", "--json"});
  CAF_CHECK(nlohmann::json::parse(ended.out).size() > 2);
  CAF_CHECK(ended.err.empty());
  ended = run({"actors", "--node", "nobody"});
  CAF_CHECK(ended.code == exit_code::failed);
}

CAF_TEST_FIXTURE_SCOPE_END()
