#define CAF_SUITE progress_bar

#include "nodes/shell/progress_bar.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

const progress_view half{500, 1'000, 2, false, 123.4, 125s};

} // namespace

CAF_TEST(a_line_shows_what_fits) {
  struct row {
    const char* what;
    progress_view view;
    size_t columns;
    const char* want;
  };
  const row rows[] = {
    {"all of it", half, 80,
     "[=================>                ]  50%  500/1,000  2 dead  2m05s left"
     "  123/s"},
    {"without bar", half, 50, " 50%  500/1,000  2 dead  2m05s left  123/s"},
    {"without rate", half, 40, " 50%  500/1,000  2 dead  2m05s left"},
    {"just the share", half, 15, " 50%"},
    {"nothing", half, 3, ""},
    {"no terminal", half, 0, ""},
    {"at the start",
     {0, 10, 0, false, 0, std::nullopt},
     40,
     "[>                         ]   0%  0/10"},
    {"at the end",
     {10, 10, 0, false, 5, 0s},
     30,
     "[========] 100%  10/10  5.0/s"},
    {"no tasks", {0, 0, 0, false, 0, std::nullopt}, 20, "100%  0/0"},
    {"not quite done",
     {999'999, 1'000'000, 0, false, 0, std::nullopt},
     20,
     "[===========>]  99%"},
    {"open", {5, 70, 0, true, 2, 9s}, 60, "5 of 70 so far  2.0/s"},
  };
  for (const auto& [what, view, columns, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(render(view, columns), want);
  }
}

CAF_TEST(no_width_is_exceeded_and_the_share_is_always_there) {
  for (size_t columns = 20; columns <= 200; ++columns) {
    for (uint64_t done : {0u, 1u, 333u, 999u, 1000u}) {
      auto view = half;
      view.done = done;
      auto line = render(view, columns);
      CAF_CHECK(line.size() < columns);
      CAF_CHECK(line.find('%') != std::string::npos);
    }
  }
}

CAF_TEST(a_steady_rate_is_found) {
  rate_meter meter;
  time_point now{};
  for (uint64_t i = 0; i <= 100; ++i)
    meter.update(i * 10, now + i * 100ms);
  CAF_CHECK(meter.per_second() > 99.9 && meter.per_second() < 100.1);
  CAF_CHECK(meter.left(2'000) == 10s);
  CAF_CHECK(meter.left(1'000) == 0s);
}

CAF_TEST(a_new_rate_is_followed_within_seconds) {
  rate_meter meter;
  time_point now{};
  meter.update(0, now);
  meter.update(1'000, now + 1s);
  CAF_CHECK(meter.per_second() > 999);
  for (int i = 2; i < 20; ++i)
    meter.update(1'000, now + i * 1s);
  CAF_CHECK(meter.per_second() < 50);
}

CAF_TEST(nothing_is_said_before_something_is_known) {
  rate_meter meter;
  time_point now{};
  CAF_CHECK(!meter.left(10));
  meter.update(0, now);
  CAF_CHECK(!meter.left(10));
  meter.update(0, now + 10s);
  CAF_CHECK_EQUAL(meter.per_second(), 0.0);
  // The wait before the first result does not lower the first estimate.
  meter.update(10, now + 11s);
  CAF_CHECK_EQUAL(meter.per_second(), 10.0);
  CAF_CHECK(!meter.left(UINT64_MAX));
}

CAF_TEST(a_clock_or_count_that_stands_still_is_no_rate) {
  rate_meter meter;
  time_point now{};
  meter.update(5, now);
  meter.update(9, now);
  meter.update(1, now + 1s);
  CAF_CHECK_EQUAL(meter.per_second(), 0.0);
}
