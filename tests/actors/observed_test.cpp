#define CAF_SUITE observed

#include "actors/observed.hpp"
#include "tests/actors/agent_tree.hpp"

#include <string>

using namespace troupe;
using test::agent_tree;

CAF_TEST_FIXTURE_SCOPE(observed_tests, agent_tree)

CAF_TEST(an_observed_actor_answers_two_questions_beside_its_interface) {
  auto whom = caf::actor_cast<caf::actor>(root);
  std::string vitals;
  auto first = boss.ask(whom, show_vitals_atom::value);
  sched.run();
  first.receive([&](const std::string& x) { vitals = x; },
                [](const caf::error&) { CAF_FAIL("no vitals"); });
  auto known = nlohmann::json::parse(vitals);
  CAF_CHECK(known.at("kind") == "supervisor");
  CAF_CHECK(known.at("id") == whom.id());
  std::string state;
  auto second = boss.ask(whom, show_state_atom::value);
  sched.run();
  second.receive([&](const std::string& x) { state = x; },
                 [](const caf::error&) { CAF_FAIL("no state"); });
  CAF_CHECK(nlohmann::json::parse(state).at("path") == "worker");
}

CAF_TEST(questions_do_not_count_as_handled) {
  auto whom = caf::actor_cast<caf::actor>(root);
  auto handled = [&] {
    int result = -1;
    auto pending = boss.ask(whom, show_vitals_atom::value);
    sched.run();
    pending.receive(
      [&](const std::string& x) {
        result = nlohmann::json::parse(x).at("handled").get<int>();
      },
      [](const caf::error&) { CAF_FAIL("no vitals"); });
    return result;
  };
  auto before = handled();
  CAF_CHECK_EQUAL(handled(), before);
  boss.ask(whom, count_atom::value);
  boss.ask(whom, show_state_atom::value);
  sched.run();
  CAF_CHECK_EQUAL(handled(), before + 1);
}

CAF_TEST(what_waits_is_its_mailbox) {
  auto whom = caf::actor_cast<caf::actor>(root);
  auto urgent = boss.ask(whom, show_vitals_atom::value);
  for (int i = 0; i < 3; ++i)
    boss.send(whom, flush_atom::value);
  sched.run();
  urgent.receive(
    [&](const std::string& x) {
      CAF_CHECK(nlohmann::json::parse(x).at("mailbox") == 3);
    },
    [](const caf::error&) { CAF_FAIL("no vitals"); });
}

CAF_TEST(what_it_does_not_know_is_dropped_as_ever) {
  auto whom = caf::actor_cast<caf::actor>(root);
  auto pending = boss.ask(whom, 7);
  sched.run();
  pending.receive([](const std::string&) { CAF_FAIL("an answer"); },
                  [](const caf::error& why) {
                    CAF_CHECK(from_caf(why).code == errc::protocol_violation);
                  });
}

CAF_TEST_FIXTURE_SCOPE_END()
