#define CAF_SUITE agent_spawn

#include "tests/actors/agent_tree.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::agent_tree;
using test::puppet;

namespace {

constexpr const char* echo = R"({"function": "echo"})";

} // namespace

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

CAF_TEST(functions_that_are_spawned_at_once_all_run) {
  start();
  auto first = begin("spawn", {}, echo);
  auto second = begin("spawn", {}, echo);
  sched.run();
  CAF_CHECK(answer_of(first).is_object());
  CAF_CHECK(answer_of(second).is_object());
  CAF_CHECK(ask("spawned", {}, R"({"id": 2})").at("ended") == true);
}

CAF_TEST(what_is_being_started_counts_as_running) {
  start();
  std::vector<decltype(begin("spawn"))> pending;
  for (int i = 0; i < 17; ++i)
    pending.push_back(begin("spawn", {}, echo));
  sched.run();
  for (int i = 0; i < 16; ++i)
    CAF_CHECK(answer_of(pending[i]).is_object());
  CAF_CHECK(says(answer_of(pending[16]), "16 spawned functions run"));
}

CAF_TEST(a_function_that_does_not_end_in_time_counts_until_it_does) {
  puppet top{sys};
  puppet spawns{sys};
  std::vector<std::unique_ptr<puppet>> children;
  options.root = top.as<supervisor_actor>();
  start();
  for (int i = 0; i < 16; ++i) {
    auto pending = begin("spawn", {}, R"({"function": "echo", "for_ms": 1})");
    sched.run();
    top.answer([&](const find_child&) { return spawns.as(); });
    sched.run();
    children.push_back(std::make_unique<puppet>(sys));
    spawns.answer([&](const start_child&) {
      return child_started{children.back()->as(), {}};
    });
    pass(10ms);
    auto id = answer_of(pending).at("id").get<int>();
    auto ended = ask("spawned", {}, fmt::format(R"({{"id": {}}})", id));
    CAF_CHECK(ended.at("error") == "timed_out");
  }
  auto pending = begin("spawn", {}, echo);
  sched.run();
  CAF_REQUIRE(!top.take<find_child>());
  CAF_CHECK(says(answer_of(pending), "16 spawned functions run"));
  children.pop_back();
  sched.run();
  begin("spawn", {}, echo);
  sched.run();
  CAF_CHECK(top.take<find_child>());
}

CAF_TEST(a_spawned_function_is_asked_to_stop) {
  auto asked = false;
  auto known = std::make_shared<function_registry>();
  auto stop_it = [&](const task_context& context, int64_t x) {
    begin("stop", "worker/spawned/1");
    sched.run();
    asked = context.stop_requested();
    return x;
  };
  CAF_REQUIRE(known->add("stop_it", stop_it).has_value());
  options.functions = known;
  start();
  ask("spawn", {}, R"({"function": "stop_it", "input": "7"})");
  CAF_CHECK(asked);
}

CAF_TEST_FIXTURE_SCOPE_END()
