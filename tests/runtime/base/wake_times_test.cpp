#define CAF_SUITE wake_times

#include "runtime/base/wake_times.hpp"

#include <caf/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe;

namespace {

constexpr time_point at(std::chrono::seconds x) {
  return time_point{x};
}

} // namespace

CAF_TEST(only_what_is_earlier_needs_another_tick) {
  wake_times ticks;
  CAF_CHECK(ticks.arm(at(10s)));
  CAF_CHECK(!ticks.arm(at(10s)));
  CAF_CHECK(!ticks.arm(at(11s)));
  CAF_CHECK(ticks.arm(at(5s)));
  CAF_CHECK(!ticks.arm(at(7s)));
}

CAF_TEST(later_ticks_stay_under_way_when_an_earlier_one_came) {
  wake_times ticks;
  CAF_CHECK(ticks.arm(at(10s)));
  CAF_CHECK(ticks.arm(at(5s)));
  ticks.woke();
  CAF_CHECK(!ticks.arm(at(10s)));
  ticks.woke();
  CAF_CHECK(ticks.arm(at(10s)));
}

CAF_TEST(a_tick_that_nobody_counted_does_no_harm) {
  wake_times ticks;
  ticks.woke();
  CAF_CHECK(ticks.arm(at(1s)));
}
