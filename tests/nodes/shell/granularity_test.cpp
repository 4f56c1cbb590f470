#define CAF_SUITE granularity

#include "nodes/shell/granularity.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace troupe::shell;
using namespace std::chrono_literals;

CAF_TEST(lengths_rise_in_three_steps_for_each_factor_of_ten) {
  std::vector<std::chrono::nanoseconds> want{500ns, 1us, 2us, 5us, 10us};
  CAF_CHECK(granularity_lengths(300ns, 10us) == want);
  CAF_CHECK(granularity_lengths(1s, 1ms).empty());
}

CAF_TEST(tasks_fill_the_time_and_all_slots_alike) {
  struct row {
    const char* what;
    std::chrono::nanoseconds length;
    std::chrono::milliseconds time;
    uint64_t slots;
    uint64_t want;
  };
  const row rows[] = {
    {"one slot", 1us, 500ms, 1, 500'000},
    {"three slots", 1ms, 500ms, 3, 1'500},
    {"a task longer than the time", 1s, 500ms, 2, 2},
    {"never more than the limit", 1ns, 10s, 4, granularity_tasks_max},
  };
  for (const auto& [what, length, time, slots, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(granularity_tasks(length, time, slots), want);
  }
}

CAF_TEST(efficiency_is_the_ideal_time_by_the_real_one) {
  auto got = efficiency_of(1ms, 2'000, 1.25, 2);
  CAF_CHECK(std::abs(got - 0.8) < 1e-9);
}

CAF_TEST(metg_lies_where_half_of_the_time_is_work) {
  struct row {
    const char* what;
    std::vector<double> efficiencies; // At 1 us, 10 us, 100 us.
    double want_us;                   // 0: none.
  };
  const row rows[] = {
    {"half way on the logarithm", {0.4, 0.6, 0.9}, std::sqrt(10.0)},
    {"at a point", {0.4, 0.5, 0.9}, 10},
    {"all are long enough", {0.6, 0.7, 0.9}, 1},
    {"none is long enough", {0.1, 0.2, 0.4}, 0},
    {"a lucky short one does not count", {0.9, 0.1, 0.9}, std::sqrt(1000.0)},
    {"nothing was measured", {}, 0},
  };
  for (const auto& [what, efficiencies, want_us] : rows) {
    CAF_MESSAGE(what);
    std::vector<granularity_point> points;
    std::chrono::nanoseconds length{1us};
    for (auto efficiency : efficiencies) {
      points.push_back({length, 1, 1, efficiency});
      length *= 10;
    }
    auto got = metg_us(points);
    CAF_CHECK(std::abs(got.value_or(0) - want_us) < 1e-6);
    CAF_CHECK_EQUAL(got.has_value(), want_us > 0);
  }
}

CAF_TEST(lengths_are_shown_in_their_largest_unit) {
  CAF_CHECK_EQUAL(format_length(500ns), "500 ns");
  CAF_CHECK_EQUAL(format_length(20us), "20 us");
  CAF_CHECK_EQUAL(format_length(5ms), "5 ms");
  CAF_CHECK_EQUAL(format_length(1s), "1 s");
}
