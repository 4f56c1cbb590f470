#define CAF_SUITE clock

#include "runtime/base/clock.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

CAF_TEST(the_wall_clock_counts_microseconds_of_this_century) {
  constexpr int64_t year_2020 = 1'577'836'800;
  constexpr int64_t year_2100 = 4'102'444'800;
  auto now = system_wall_clock().now_us();
  CAF_CHECK(now > year_2020 * 1'000'000);
  CAF_CHECK(now < year_2100 * 1'000'000);
}

CAF_TEST(the_wall_clock_is_one_object_for_the_whole_process) {
  CAF_CHECK_EQUAL(&system_wall_clock(), &system_wall_clock());
}
