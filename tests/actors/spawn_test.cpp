#define CAF_SUITE spawn

#include "actors/spawn.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/test/dsl.hpp>

#include <string>
#include <thread>

using namespace troupe;

namespace {

using where_atom = caf::atom_constant<caf::atom("where")>;

/// Answers whether it runs on the thread `home`, and what it was given.
caf::behavior teller(caf::event_based_actor*, std::thread::id home,
                     std::string given) {
  return {[=](where_atom) {
    return caf::make_message(std::this_thread::get_id() == home, given);
  }};
}

struct fixture : test_coordinator_fixture<> {
  template <class Spawner>
  void check_home(Spawner&& spawner, threading how, bool want_home) {
    auto who = spawn_blocking(spawner, how, teller, std::this_thread::get_id(),
                              std::string{"x"});
    auto answer = self->request(who, caf::infinite, where_atom::value);
    sched.run();
    answer.receive(
      [&](bool home, const std::string& given) {
        CAF_CHECK_EQUAL(home, want_home);
        CAF_CHECK_EQUAL(given, "x");
      },
      [](const caf::error& x) { CAF_FAIL("no answer: " << to_string(x)); });
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(spawn_tests, fixture)

CAF_TEST(a_scheduled_actor_runs_when_the_test_says_so) {
  check_home(sys, threading::scheduled, true);
}

CAF_TEST(a_detached_actor_has_a_thread_of_its_own) {
  check_home(sys, threading::detached, false);
}

CAF_TEST(an_actor_spawns_and_monitors) {
  bool down = false;
  auto parent = sys.spawn([&down](caf::event_based_actor* me) -> caf::behavior {
    me->set_down_handler([&down](const caf::down_msg&) { down = true; });
    auto child = spawn_blocking<caf::monitored>(
      me, threading::scheduled, teller, std::thread::id{}, std::string{});
    me->send_exit(child, caf::exit_reason::user_shutdown);
    return {[](where_atom) {}};
  });
  sched.run();
  CAF_CHECK(down);
}

CAF_TEST_FIXTURE_SCOPE_END()
