#define CAF_SUITE skewed_clock

#include "tests/simulation/skewed_clock.hpp"

#include <caf/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe;
using namespace troupe::simulation;

CAF_TEST(a_clock_runs_at_its_rate_from_where_it_was) {
  skewed_clock clock;
  auto begin = clock.now();
  clock.set_rate(1, 2.0);
  clock.advance_time(10s);
  CAF_CHECK(clock.now() == begin + 10s);
  clock.reader = 1;
  CAF_CHECK(clock.now() == begin + 20s);
  CAF_MESSAGE("it never jumps when its rate changes");
  clock.set_rate(1, 0.5);
  CAF_CHECK(clock.now() == begin + 20s);
  clock.reader = nobody;
  clock.advance_time(10s);
  clock.reader = 1;
  CAF_CHECK(clock.now() == begin + 25s);
  clock.set_rate(1, 1.0);
  clock.reader = 2;
  CAF_CHECK(clock.now() == begin + 20s);
}

CAF_TEST(a_timer_goes_off_when_its_nodes_clock_says_so) {
  caf::actor_system_config config;
  config.load<skewed_scheduler>();
  caf::actor_system system{config};
  auto& clock = dynamic_cast<skewed_scheduler&>(system.scheduler()).clock();
  clock.set_rate(1, 0.5);
  clock.reader = 1;
  auto begin = clock.true_now();
  auto due = clock.now() + 1s;
  clock.schedule_message(due, caf::strong_actor_ptr{},
                         caf::mailbox_element_ptr{});
  CAF_REQUIRE_EQUAL(clock.schedule().size(), 1u);
  auto when = clock.schedule().begin()->first;
  CAF_CHECK(when >= begin + 2s);
  CAF_CHECK(when <= begin + 2s + 1us);
  clock.reader = nobody;
  clock.cancel_all();
}
