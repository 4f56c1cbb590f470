#define CAF_SUITE progress_bar

#include "nodes/shell/progress_bar.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;

namespace {

const progress_view half{500, 1'000, 2, 0, false, 123.4, 125s};

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
     "[==============>              ]  50%  500/1,000 done  2 dead  2m05s left"
     "  123/s"},
    {"without bar", half, 55,
     " 50%  500/1,000 done  2 dead  2m05s left  123/s"},
    {"without rate", half, 45, " 50%  500/1,000 done  2 dead  2m05s left"},
    {"just the share", half, 15, " 50%"},
    {"nothing", half, 3, ""},
    {"no terminal", half, 0, ""},
    {"at the start",
     {0, 10, 0, 0, false, 0, std::nullopt},
     40,
     "[>                    ]   0%  0/10 done"},
    {"at the end",
     {10, 10, 0, 0, false, 5, 0s},
     35,
     "[========] 100%  10/10 done  5.0/s"},
    {"no tasks", {0, 0, 0, 0, false, 0, std::nullopt}, 20, "100%  0/0 done"},
    {"the bar is what ended, the numbers what succeeded",
     {1, 40, 2, 37, false, 0, std::nullopt},
     60,
     "[===================]   2%  1/40 done  2 dead  37 cancelled"},
    {"not quite done",
     {999'999, 1'000'000, 0, 0, false, 0, std::nullopt},
     20,
     "[===========>]  99%"},
    {"open", {5, 70, 0, 0, true, 2, 9s}, 60, "5 of 70 so far  2.0/s"},
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

CAF_TEST(a_first_burst_counts_from_the_start) {
  rate_meter meter;
  time_point now{};
  // 6 slots, 3 s each, looked at five times a second.
  for (int i = 0; i <= 15; ++i)
    meter.update(i < 15 ? 0 : 6, now + i * 200ms);
  CAF_CHECK_EQUAL(meter.per_second(), 2.0);
  CAF_CHECK(meter.left(20) == 7s);
}

CAF_TEST(a_job_that_has_run_for_a_while_goes_as_it_did) {
  job_rate rate;
  job_status job;
  job.state = job_state::running;
  job.tasks = 100;
  job.succeeded = 40;
  job.running = 2;
  job.seconds_us = 20'000'000;
  rate.update(job, time_point{} + 1h);
  CAF_CHECK_EQUAL(rate.per_second(), 2.0);
  CAF_CHECK(rate.left() == 30s);
}

CAF_TEST(a_job_that_waited_is_measured_from_when_it_runs) {
  job_rate rate;
  job_status job;
  job.state = job_state::running;
  job.tasks = 100;
  time_point now{};
  for (int i = 0; i <= 50; ++i)
    rate.update(job, now + i * 1s);
  job.running = 4;
  rate.update(job, now + 51s);
  job.succeeded = 4;
  rate.update(job, now + 52s);
  CAF_CHECK_EQUAL(rate.per_second(), 2.0);
}

CAF_TEST(a_job_that_has_ended_shows_the_average) {
  job_rate rate;
  job_status job;
  job.state = job_state::running;
  job.tasks = 20;
  job.succeeded = 5;
  job.running = 1;
  job.seconds_us = 1'000'000;
  rate.update(job, time_point{} + 1h);
  job.succeeded = 19;
  job.dead = 1;
  job.state = job_state::failed;
  job.seconds_us = 10'000'000;
  rate.update(job, time_point{} + 1h + 9s);
  CAF_CHECK_EQUAL(rate.per_second(), 2.0);
  job.succeeded = 0;
  job.dead = 0;
  job.cancelled = 20;
  rate.update(job, time_point{} + 1h + 10s);
  CAF_CHECK_EQUAL(rate.per_second(), 0.0);
}

CAF_TEST(nothing_is_said_before_something_is_known) {
  rate_meter meter;
  time_point now{};
  CAF_CHECK(!meter.left(10));
  meter.update(0, now);
  CAF_CHECK(!meter.left(10));
  meter.update(0, now + 10s);
  CAF_CHECK_EQUAL(meter.per_second(), 0.0);
  meter.update(11, now + 11s);
  CAF_CHECK_EQUAL(meter.per_second(), 1.0);
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
