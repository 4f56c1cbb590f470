#define CAF_SUITE agent_actors

#include "tests/actors/agent_tree.hpp"

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using nlohmann::json;
using test::agent_tree;

CAF_TEST_FIXTURE_SCOPE(agent_actors_tests, agent_tree)

CAF_TEST(lists_every_actor_with_its_vitals) {
  start();
  auto answer = ask("actors");
  std::vector<std::string> paths;
  for (const auto& x : answer.at("actors")) {
    paths.push_back(x.at("path"));
    CAF_CHECK(x.at("state") == "running");
    CAF_CHECK(x.at("vitals").at("kind") == "supervisor");
    CAF_CHECK(x.at("vitals").at("mailbox") == 0);
    CAF_CHECK(x.at("vitals").at("handled") > 0);
  }
  CAF_CHECK(paths
            == std::vector<std::string>({"worker", "worker/a", "worker/t",
                                         "worker/inner", "worker/inner/b"}));
  CAF_CHECK(answer.at("total") == 5);
  CAF_CHECK(answer.at("next").is_null());
}

CAF_TEST(lists_page_by_page) {
  start();
  auto first = ask("actors", {}, R"({"most": 2})");
  CAF_CHECK(first.at("actors").size() == 2);
  CAF_CHECK(first.at("next") == 2);
  auto last = ask("actors", {}, R"({"from": 4})");
  CAF_CHECK(last.at("actors").size() == 1);
  CAF_CHECK(last.at("actors").at(0).at("path") == "worker/inner/b");
  CAF_CHECK(last.at("next").is_null());
  CAF_CHECK(ask("actors", {}, R"({"from": 99})").at("actors").empty());
}

CAF_TEST(describes_an_actor_and_its_last_ends) {
  start();
  auto about = ask("describe", "worker/a");
  CAF_CHECK(about.at("child").at("state") == "running");
  CAF_CHECK(about.at("child").at("restart") == "permanent");
  CAF_CHECK(about.at("child").at("ends") == 0);
  CAF_CHECK(about.at("supervisor").at("strategy") == "one_for_one");
  CAF_CHECK(about.at("siblings") == json({"t", "inner"}));
  CAF_CHECK(!about.at("messages").empty());
  ask("restart", "worker/a");
  pass(1s);
  auto child = child_of("worker/a");
  CAF_CHECK(child.at("ends") == 1);
  CAF_CHECK(child.at("restarts") == 1);
  CAF_CHECK(child.at("last_ends").at(0).at("reason") == "killed");
}

CAF_TEST(describes_a_root_by_its_children) {
  start();
  auto about = ask("describe", "worker");
  CAF_CHECK(about.at("child").is_null());
  CAF_CHECK(about.at("children") == json({"a", "t", "inner"}));
}

CAF_TEST(shows_the_state_that_an_actor_tells) {
  start();
  auto answer = ask("state", "worker/inner");
  CAF_CHECK(answer.at("state").at("strategy") == "rest_for_one");
  CAF_CHECK(answer.at("state").at("children").at(0).at("id") == "b");
}

CAF_TEST(a_wrong_path_or_question_is_refused) {
  start();
  for (const auto* path : {"", "x", "worker/x", "worker/a/b/c", "worker/"}) {
    CAF_MESSAGE(path);
    CAF_CHECK(says(ask("describe", path), "unknown_child"));
    CAF_CHECK(says(ask("state", path), "unknown_child"));
  }
  for (const auto* text : {"[", "[]", "7", R"({"from": -1})",
                           R"({"most": 513})", R"({"most": "x"})"})
    CAF_CHECK(says(ask("actors", {}, text), "bad_usage"));
  CAF_CHECK(says(ask("nonsense"), "knows no topic"));
}

CAF_TEST_FIXTURE_SCOPE_END()
