#define CAF_SUITE supervisor_report

#include "tests/actors/agent_tree.hpp"

using namespace troupe;
using namespace std::chrono_literals;
using test::agent_tree;

CAF_TEST_FIXTURE_SCOPE(supervisor_report_tests, agent_tree)

CAF_TEST(tells_of_its_window_and_its_children) {
  start();
  auto state = ask("state", "worker").at("state");
  CAF_CHECK(state.at("intensity") == 2);
  CAF_CHECK(state.at("restarts_left") == 2);
  CAF_CHECK(state.at("count") == 3);
  CAF_CHECK(state.at("cut") == false);
  CAF_CHECK(state.at("children").at(1).at("restart") == "temporary");
  CAF_CHECK(state.at("children").at(2).at("shutdown") == "infinity");
}

CAF_TEST(keeps_the_last_ends_of_a_child) {
  start();
  for (int i = 0; i < 7; ++i) {
    ask("restart", "worker/a");
    pass(6s);
  }
  auto child = ask("state", "worker").at("state").at("children").at(0);
  CAF_CHECK(child.at("ends") == 7);
  CAF_CHECK(child.at("last_ends").size() == 5);
  CAF_CHECK(child.at("last_ends").at(4).at("ago_us") <= 6'000'000);
  CAF_CHECK(child.at("last_ends").at(0).at("ago_us") > 20'000'000);
}

CAF_TEST_FIXTURE_SCOPE_END()
