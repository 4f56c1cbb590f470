#define CAF_SUITE load_meter

#include "runtime/policy/load_meter.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

const time_point start = time_point{} + 1h;

bool is_near(double x, double y) {
  return std::abs(x - y) <= 0.02 * y;
}

} // namespace

CAF_TEST(classes_are_narrow_and_in_order) {
  for (size_t i = 0; i < load_meter::classes; ++i) {
    auto middle = load_meter::middle_of(i);
    CAF_CHECK_EQUAL(load_meter::class_of(middle), i);
    if (i > 0)
      CAF_CHECK(load_meter::middle_of(i - 1) < middle);
  }
  CAF_CHECK_EQUAL(load_meter::class_of(UINT64_MAX), load_meter::classes - 1);
  for (uint64_t x : {1ull, 9ull, 100ull, 1'000'000ull, 123'456'789'012ull}) {
    auto middle = load_meter::middle_of(load_meter::class_of(x));
    CAF_CHECK(std::abs(static_cast<double>(middle) - static_cast<double>(x))
              <= 0.0625 * static_cast<double>(x));
  }
}

CAF_TEST(nothing_was_measured) {
  load_meter meter;
  auto none = meter.measure(start);
  CAF_CHECK_EQUAL(none.accepted_per_s, 0);
  CAF_CHECK_EQUAL(none.run_ns_p99, 0u);
  meter.observe(start, 0, 0, 0);
  CAF_CHECK_EQUAL(meter.measure(start).run_ns_p50, 0u);
}

CAF_TEST(rates_are_over_the_last_seconds) {
  load_meter meter;
  auto now = start;
  auto run = [&](duration time, uint64_t tasks, uint64_t failed) {
    for (auto end = now + time; now < end; now += 10ms)
      meter.observe(now, tasks, failed, tasks * 1000);
  };
  run(500ms, 10, 0);
  CAF_CHECK(is_near(meter.measure(now).accepted_per_s, 500)); // Of one second.
  run(1500ms, 10, 0);
  CAF_CHECK(is_near(meter.measure(now).accepted_per_s, 1000));
  run(20s, 100, 20);
  auto later = meter.measure(now);
  CAF_CHECK(is_near(later.accepted_per_s, 8000));
  CAF_CHECK(is_near(later.failed_per_s, 2000));
  auto before = now;
  now += 2s; // Nothing ends any more.
  CAF_CHECK(meter.measure(now).accepted_per_s < 5000);
  now += 10s;
  CAF_CHECK_EQUAL(meter.measure(now).accepted_per_s, 0);
  CAF_CHECK_EQUAL(meter.measure(now).run_ns_p50, 0u);
  run(100ms, 10, 0); // What was in the ring before is gone.
  CAF_CHECK(meter.measure(now).accepted_per_s < 110);
  CAF_CHECK_EQUAL(meter.failed(), 2000u * 20);
  CAF_CHECK_EQUAL(meter.accepted(), 2000u + 2000u * 80 + 100);
  meter.observe(before, 1, 0, 1); // A clock that went back breaks nothing.
  CAF_CHECK_EQUAL(meter.accepted(), 2000u + 2000u * 80 + 101);
}

CAF_TEST(run_times_are_weighted_by_tasks) {
  struct row {
    const char* what;
    uint64_t fast; ///< Tasks of 1 us.
    uint64_t slow; ///< Tasks of 1 ms.
    uint64_t p50, p90, p99;
  };
  constexpr uint64_t us = 1000;
  constexpr uint64_t ms = 1'000'000;
  const row rows[] = {
    {"all fast", 100, 0, us, us, us},
    {"one in a thousand is slow", 999, 1, us, us, us},
    {"one in fifty is slow", 980, 20, us, us, ms},
    {"one in five is slow", 80, 20, us, ms, ms},
    {"most are slow", 40, 60, ms, ms, ms},
  };
  for (const auto& [what, fast, slow, p50, p90, p99] : rows) {
    CAF_MESSAGE(what);
    load_meter meter;
    meter.observe(start, fast, 0, fast * us);
    meter.observe(start, slow, 0, slow * ms);
    auto found = meter.measure(start);
    CAF_CHECK_EQUAL(load_meter::class_of(found.run_ns_p50),
                    load_meter::class_of(p50));
    CAF_CHECK_EQUAL(load_meter::class_of(found.run_ns_p90),
                    load_meter::class_of(p90));
    CAF_CHECK_EQUAL(load_meter::class_of(found.run_ns_p99),
                    load_meter::class_of(p99));
  }
}
