#define CAF_SUITE load_meter

#include "runtime/base/limits.hpp"
#include "runtime/policy/load_meter.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Far from the beginning of time, at the beginning of a span.
constexpr time_point start{1000s};

cluster_load told(const load_meter& meter, time_point now) {
  cluster_load result;
  meter.tell(result, now);
  return result;
}

} // namespace

CAF_TEST(nothing_is_told_of_nothing) {
  load_meter meter;
  auto x = told(meter, start);
  CAF_CHECK_EQUAL(x.accepted, 0u);
  CAF_CHECK_EQUAL(x.accepted_per_s, 0.0);
  CAF_CHECK_EQUAL(x.run_ns_p50, 0u);
  CAF_CHECK(x.failures.empty());
}

CAF_TEST(rates_are_of_the_last_seconds) {
  load_meter meter;
  for (int i = 0; i < 100; ++i) // 10 s, 1000 a second, a tenth of it failed.
    meter.note(100, 10, 100'000, start + i * 100ms);
  auto x = told(meter, start + 10s);
  CAF_CHECK_EQUAL(x.accepted, 9'000u);
  CAF_CHECK_EQUAL(x.failed, 1'000u);
  CAF_CHECK(x.accepted_per_s > 850 && x.accepted_per_s < 950);
  CAF_CHECK(x.failed_per_s > 90 && x.failed_per_s < 110);
  auto later = told(meter, start + 20s);
  CAF_CHECK_EQUAL(later.accepted_per_s, 0.0);
  CAF_CHECK_EQUAL(later.accepted, 9'000u);
  CAF_CHECK_EQUAL(later.run_ns_p50, 0u);
}

CAF_TEST(a_young_meter_does_not_divide_by_the_whole_window) {
  load_meter meter;
  meter.note(1000, 0, 1'000'000, start);
  auto x = told(meter, start + 1s);
  CAF_CHECK(x.accepted_per_s > 990 && x.accepted_per_s < 1010);
  // But not by less than a span either: one slice is no rate.
  CAF_CHECK(told(meter, start + 1ms).accepted_per_s <= 2001);
}

CAF_TEST(run_times_are_weighted_by_tasks) {
  load_meter meter;
  meter.note(90, 0, 90 * 1'000, start);       // 1 us
  meter.note(9, 0, 9 * 1'000'000, start);     // 1 ms
  meter.note(1, 0, 1 * 1'000'000'000, start); // 1 s
  auto x = told(meter, start + 1s);
  auto is_near = [](uint64_t got, double want) {
    auto ratio = static_cast<double>(got) / want;
    return ratio >= 1 && ratio <= 1.26;
  };
  CAF_CHECK(is_near(x.run_ns_p50, 1e3));
  CAF_CHECK(is_near(x.run_ns_p90, 1e3));
  CAF_CHECK(is_near(x.run_ns_p99, 1e6));
}

CAF_TEST(the_shortest_and_the_longest_run_times_have_a_place) {
  load_meter meter;
  meter.note(1, 0, 0, start);
  meter.note(1, 0, UINT64_MAX, start);
  auto x = told(meter, start + 1s);
  CAF_CHECK(x.run_ns_p50 >= 1 && x.run_ns_p50 <= 2);
  CAF_CHECK(x.run_ns_p99 > uint64_t{1} << 47);
  meter.note(0, 0, 5, start); // No task has no run time.
  CAF_CHECK_EQUAL(told(meter, start + 1s).accepted, 2u);
}

CAF_TEST(the_newest_failures_are_kept) {
  load_meter meter;
  for (uint64_t i = 0; i < 40; ++i)
    meter.note_failure({1, i, "n", errc::function_failed, "no", 0},
                       start + std::chrono::seconds{i});
  auto x = told(meter, start + 40s);
  CAF_REQUIRE_EQUAL(x.failures.size(), limits::recent_failures_max);
  CAF_CHECK_EQUAL(x.failures.front().index, 39u);
  CAF_CHECK_EQUAL(x.failures.front().ago_us, 1'000'000u);
  CAF_CHECK_EQUAL(x.failures.back().index, 24u);
}

CAF_TEST(people_are_told_of_so_many_failures_at_a_time) {
  load_meter meter;
  uint64_t told_now = 0;
  for (int i = 0; i < 1000; ++i)
    told_now += meter.may_tell(start) ? 1 : 0;
  CAF_CHECK_EQUAL(told_now, uint64_t{load_meter::told_max});
  CAF_CHECK(meter.may_tell(start + 500ms));
}
