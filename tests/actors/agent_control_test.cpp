#define CAF_SUITE agent_control

#include "tests/actors/agent_tree.hpp"

#include <string>

using namespace troupe;
using namespace std::chrono_literals;
using test::agent_tree;
using test::empty_supervisor;

namespace {

/// Has as many jobs as it tells of, with names as long as they may be and
/// that JSON escapes.
struct busy_coordinator_state {
  static constexpr const char* name = "coordinator";
};

std::string report_of(const busy_coordinator_state&) {
  return "{}";
}

caf::behavior
busy_coordinator(caf::stateful_actor<busy_coordinator_state>* self) {
  return observed<caf::event_based_actor>(
    self, {[](const list_jobs& x) {
      job_status one;
      one.name.assign(limits::name_bytes_max, '\1');
      one.function = one.name;
      return std::vector<job_status>(x.most, one);
    }});
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(agent_control_tests, agent_tree)

CAF_TEST(restarts_an_actor_through_its_supervisor) {
  start();
  CAF_CHECK(ask("restart", "worker/inner/b").at("done") == "restarting");
  pass(1s);
  CAF_CHECK(child_of("worker/inner/b").at("restarts") == 1);
  CAF_CHECK(child_of("worker/inner").at("restarts") == 0);
}

CAF_TEST(refuses_a_restart_that_would_end_the_supervisor) {
  start();
  for (int i = 0; i < 2; ++i) {
    ask("restart", "worker/inner/b");
    pass(1s);
  }
  auto said = ask("restart", "worker/inner/b");
  CAF_CHECK(says(said, "tolerates no further restart"));
  pass(10s);
  CAF_CHECK(ask("restart", "worker/inner/b").at("done") == "restarting");
}

CAF_TEST(refuses_to_restart_roots_and_temporary_actors) {
  start();
  CAF_CHECK(says(ask("restart", "worker"), "has no supervisor"));
  CAF_CHECK(says(ask("restart", "worker/t"), "temporary"));
}

CAF_TEST(a_stopped_actor_stays_stopped_until_it_is_restarted) {
  start();
  CAF_CHECK(ask("stop", "worker/a").at("done") == "stopped");
  pass(10s);
  auto stopped = child_of("worker/a");
  CAF_CHECK(stopped.at("state") == "stopped");
  CAF_CHECK(stopped.at("last_ends").at(0).at("reason") == "shutdown");
  CAF_CHECK(says(ask("state", "worker/a"), "does not run"));
  CAF_CHECK(ask("restart", "worker/a").at("done") == "started");
  CAF_CHECK(child_of("worker/a").at("state") == "running");
}

CAF_TEST(refuses_to_stop_what_is_needed) {
  start();
  CAF_CHECK(says(ask("stop", "worker"), "SIGTERM"));
  CAF_CHECK(says(ask("stop", "worker/inner/b"), "siblings need it"));
  CAF_CHECK(says(ask("stop", "worker/t"), "could not be started again"));
}

CAF_TEST(runners_are_restarted_but_not_stopped) {
  add(supervisor_child({"worker_tree"}, [this](const start_context&) {
    auto tree = empty_supervisor(log);
    tree.children.push_back(
      supervisor_child({"runners"}, [this](const start_context&) {
        auto runners = empty_supervisor(log);
        runners.children.push_back(child("0"));
        return std::optional{std::move(runners)};
      }));
    return std::optional{std::move(tree)};
  }));
  start();
  const auto* runner = "worker/worker_tree/runners/0";
  CAF_CHECK(says(ask("stop", runner), "troupe drain"));
  CAF_CHECK(child_of(runner).at("state") == "running");
  CAF_CHECK(ask("restart", runner).at("done") == "restarting");
}

CAF_TEST(what_clients_hold_handles_of_is_not_stopped) {
  auto top = empty_supervisor(log);
  top.path = "coordinator";
  for (const auto* id : {"front_door", "agent", "event_hub", "cluster"})
    top.children.push_back(child(id));
  plant(std::move(top));
  start();
  for (const auto* id : {"front_door", "agent", "event_hub", "cluster"}) {
    auto path = std::string{"coordinator/"} + id;
    CAF_CHECK(says(ask("stop", path), "is not stopped: "));
    CAF_CHECK(child_of(path).at("state") == "running");
  }
}

CAF_TEST(one_of_many_children_is_restarted_and_stopped_like_any_other) {
  for (int i = 0; i < 300; ++i)
    add(child(("c" + std::to_string(i)).c_str()));
  start();
  CAF_CHECK(ask("restart", "worker/c299").at("done") == "restarting");
  CAF_CHECK(ask("stop", "worker/c298").at("done") == "stopped");
  CAF_CHECK(ask("restart", "worker/c298").at("done") == "started");
  CAF_CHECK(child_of("worker/c298").at("state") == "running");
}

CAF_TEST(changes_nothing_unless_it_may) {
  options.control = false;
  start();
  for (const auto* topic : {"restart", "stop", "send", "spawn"})
    CAF_CHECK(says(ask(topic, "worker/a"), "node.control = yes"));
  CAF_CHECK(ask("describe", "worker/a").is_object());
}

CAF_TEST(asks_only_what_the_table_has) {
  start();
  auto answer = ask("ask", "worker", R"({"message": "count"})");
  CAF_CHECK(answer.at("answer").at("specs") == 3);
  auto said = ask("ask", "worker", R"({"message": "coutn"})");
  CAF_CHECK(says(said, "did you mean \"count\""));
  CAF_CHECK(
    says(ask("send", "worker", R"({"message": "flush"})"), "bad_usage"));
  said = ask("ask", "worker", R"({"message": "count", "fields": {"x": 1}})");
  CAF_CHECK(says(said, "no field \"x\""));
  said = ask("ask", "worker", R"({"message": "count", "fields": 7})");
  CAF_CHECK(says(said, "no JSON object"));
}

CAF_TEST(a_list_is_cut_to_what_fits_into_an_answer) {
  add({{"many"}, [](const start_context& context) {
         return start_outcome::started(context.system.spawn(busy_coordinator));
       }});
  start();
  auto answer = ask("ask", "worker/many", R"({"message": "jobs"})");
  CAF_CHECK(answer.dump().size() < limits::node_answer_bytes_max);
  CAF_CHECK(!answer.at("answer").empty());
  CAF_CHECK(answer.value("cut", false));
  CAF_CHECK(ask("ask", "worker", R"({"message": "count"})").at("cut") == false);
}

CAF_TEST_FIXTURE_SCOPE_END()
