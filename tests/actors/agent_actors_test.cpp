#define CAF_SUITE agent_actors

#include "tests/actors/agent_tree.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using nlohmann::json;
using test::agent_tree;
using test::puppet;

namespace {

struct fixture : agent_tree {
  /// Adds an actor that the test plays, as `worker/played`.
  void add_played(const puppet& who) {
    child_rules rules{"played"};
    rules.restart = restart_type::temporary;
    add({rules, [handle = who.as()](const start_context&) {
           return start_outcome::started(handle);
         }});
  }

  /// Returns how many messages waited.
  static size_t drop_all(puppet& who) {
    size_t count = 0;
    auto before = count;
    do {
      before = count;
      who.answer(caf::others >> [&](caf::message_view&) {
        ++count;
        return caf::result<caf::message>{caf::message{}};
      });
    } while (count > before);
    return count;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(agent_actors_tests, fixture)

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

CAF_TEST(a_busy_actor_is_asked_only_once) {
  puppet busy{sys};
  add_played(busy);
  start();
  for (int i = 0; i < 3; ++i)
    for (const auto* topic : {"actors", "describe", "send", "state"}) {
      auto pending = begin(topic, "worker/played", R"({"message": "flush"})");
      pass(1100ms);
      auto said = answer_of(pending);
      CAF_CHECK(topic != std::string{"state"} || says(said, "is busy"));
    }
  CAF_MESSAGE("one question about its vitals, one about its state");
  CAF_CHECK_EQUAL(drop_all(busy), 2u);
  CAF_MESSAGE("it has taken them, so it can be asked again");
  auto pending = begin("describe", "worker/played");
  pass(600ms);
  CAF_CHECK(answer_of(pending).at("vitals").is_null());
  CAF_CHECK_EQUAL(drop_all(busy), 1u);
}

CAF_TEST(who_asks_at_the_same_time_shares_the_answer) {
  start();
  auto first = begin("describe", "worker/a");
  auto second = begin("describe", "worker/a");
  sched.run();
  CAF_CHECK(answer_of(first).at("vitals").is_object());
  CAF_CHECK(answer_of(second).at("vitals").is_object());
}

CAF_TEST(what_is_wrong_with_an_actor_is_told_as_it_is) {
  add({{"plain"}, [](const start_context& context) {
         return start_outcome::started(context.system.spawn(
           []() -> caf::behavior { return {[](int) {}}; }));
       }});
  auto played = std::make_unique<puppet>(sys);
  add_played(*played);
  start();
  CAF_CHECK(says(ask("state", "worker/plain"), "protocol_violation"));
  auto pending = begin("state", "worker/played");
  sched.run();
  played.reset();
  sched.run();
  CAF_CHECK(says(answer_of(pending), "ended before it answered"));
}

CAF_TEST_FIXTURE_SCOPE_END()
