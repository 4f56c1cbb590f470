#define CAF_SUITE supervisor_report

#include "tests/actors/agent_tree.hpp"

using namespace troupe;
using namespace std::chrono_literals;
using test::agent_tree;
using test::contains;

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

CAF_TEST(is_cut_to_what_fits_into_an_answer) {
  auto top = test::empty_supervisor(log);
  top.path = "worker";
  top.flags.intensity = 1000;
  for (int i = 0; i < 40; ++i)
    top.children.push_back(child(("c" + std::to_string(i)).c_str()));
  plant(std::move(top));
  start();
  const auto reason = to_caf({errc::internal, std::string(4096, '\1')});
  for (int i = 0; i < 5; ++i) {
    child_list children;
    auto pending = boss.ask(root, which_atom::value);
    sched.run();
    pending.receive([&](const child_list& x) { children = x; },
                    [](const caf::error&) { CAF_FAIL("no children"); });
    for (const auto& x : children.items)
      caf::anon_send(x.child, caf::exit_msg{x.child.address(), reason});
    pass(30s);
  }
  auto state = ask("state", "worker").at("state");
  CAF_CHECK(state.dump().size() < limits::node_answer_bytes_max);
  CAF_CHECK(state.at("count") == 40);
  CAF_CHECK(state.at("cut") == true);
  CAF_CHECK(!state.at("children").empty());
  auto ends = child_of("worker/c0").at("last_ends");
  CAF_CHECK(ends.size() == 5);
  CAF_CHECK(contains(ends.at(0).at("reason").get<std::string>(), "..."));
}

CAF_TEST_FIXTURE_SCOPE_END()
