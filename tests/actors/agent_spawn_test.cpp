#define CAF_SUITE agent_spawn

#include "tests/actors/agent_tree.hpp"

#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using test::agent_tree;

CAF_TEST_FIXTURE_SCOPE(agent_spawn_tests, agent_tree)

CAF_TEST(runs_a_function_once_and_keeps_its_result) {
  start();
  auto first = ask("spawn", {}, R"({"function": "echo", "input": "[1, 2]"})");
  CAF_CHECK(first.at("path") == "worker/spawned/1");
  auto ended = ask("spawned", {}, R"({"id": 1})");
  CAF_CHECK(ended.at("ended") == true);
  CAF_CHECK(ended.at("result") == nlohmann::json({1, 2}));
  CAF_MESSAGE("the second one finds the supervisor");
  auto second = ask("spawn", {}, R"({"function": "echo"})");
  CAF_CHECK(second.at("path") == "worker/spawned/2");
  CAF_CHECK(ask("spawned", {}, R"({"id": 2})").at("result").is_null());
  CAF_CHECK(ask("describe", "worker/spawned").is_object());
}

CAF_TEST(a_function_that_fails_has_failed) {
  start();
  ask("spawn", {}, R"({"function": "fail", "input": "1"})");
  auto ended = ask("spawned", {}, R"({"id": 1})");
  CAF_CHECK(ended.at("ended") == true);
  CAF_CHECK(ended.at("error") == "function_failed");
}

CAF_TEST(what_cannot_be_spawned_is_refused) {
  start();
  auto said = ask("spawn", {}, R"({"function": "ecoh"})");
  CAF_CHECK(says(said, "did you mean \"echo\""));
  CAF_CHECK(says(ask("spawn", {}, R"({"for_ms": -1})"), "bad_usage"));
  CAF_CHECK(says(ask("spawned", {}, R"({"id": 9})"), "knows no spawned"));
  ask("spawn", {}, R"({"function": "exec", "input": "\"true\""})");
  CAF_CHECK(ask("spawned", {}, R"({"id": 1})").at("error")
            == "exec_not_allowed");
}

CAF_TEST(a_role_without_functions_leaves_it_to_others) {
  options.functions = nullptr;
  start();
  CAF_CHECK(says(ask("spawn", {}, R"({"function": "echo"})"), "unknown_child"));
}

CAF_TEST_FIXTURE_SCOPE_END()
