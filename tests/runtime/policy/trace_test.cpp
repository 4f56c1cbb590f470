#define CAF_SUITE trace

#include "runtime/base/limits.hpp"
#include "runtime/policy/trace.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using kind = lease_event_kind;

lease_event event_of(kind what, uint64_t at_us, uint64_t counter,
                     index_range range, std::vector<task_index> failed = {}) {
  lease_event result{what, 3, {1, counter}, 7, range, 0, std::move(failed)};
  result.at_us = 1000 + at_us; // The job was submitted at 1000.
  if (what == kind::accepted) {
    result.waited_us = 20;
    result.took_us = 50;
  }
  return result;
}

traced_job job_of(job_state state) {
  traced_job job;
  job.id = 3;
  job.state = state;
  job.tasks = 10;
  job.submitted_us = 1000;
  job.lasted_us = 9000;
  job.retry = {10ms, 15ms, 2};
  job.nodes = {{7, "alpha"}};
  return job;
}

/// Returns the steps as `leased@100 started@120`.
std::string steps_of(const task_trace& what) {
  static constexpr const char* names[] = {
    "submitted", "ready",   "leased", "started", "ended",    "accepted",
    "failed",    "revoked", "merged", "dead",    "job_ended"};
  std::string result;
  for (const auto& step : what.steps)
    result += (result.empty() ? "" : " ")
              + std::string{names[static_cast<size_t>(step.kind)]} + "@"
              + std::to_string(step.at_us);
  return result;
}

} // namespace

CAF_TEST(a_task_that_succeeds_at_once_has_all_of_its_steps) {
  auto job = job_of(job_state::succeeded);
  auto got = trace_of(job, {4, {}, {}},
                      {event_of(kind::granted, 100, 1, {0, 10}),
                       event_of(kind::accepted, 500, 1, {0, 8})},
                      false);
  CAF_CHECK_EQUAL(steps_of(got),
                  "submitted@0 ready@0 leased@100 started@120 ended@170 "
                  "accepted@500 merged@9000 job_ended@9000");
  CAF_CHECK(got.one && !got.incomplete);
  CAF_CHECK_EQUAL(got.index, 4u);
  CAF_CHECK_EQUAL(got.steps[2].node, "alpha");
  CAF_CHECK_EQUAL(got.steps[3].node, "alpha");
  CAF_CHECK_EQUAL(got.steps[5].attempt, 1u);
  CAF_CHECK((got.steps[5].range == index_range{0, 8}));
  CAF_CHECK((got.steps[5].lease == lease_id{1, 1}));
}

CAF_TEST(a_worker_that_lies_about_time_ends_before_it_was_accepted) {
  auto late = event_of(kind::accepted, 500, 1, {0, 8});
  late.waited_us = UINT64_MAX;
  late.took_us = UINT64_MAX;
  auto got = trace_of(job_of(job_state::running), {4, {}, {}},
                      {event_of(kind::granted, 100, 1, {0, 10}), late}, false);
  CAF_CHECK_EQUAL(steps_of(got), "submitted@0 ready@0 leased@100 started@500 "
                                 "ended@500 accepted@500");
}

CAF_TEST(failures_tell_their_errors_and_waits_up_to_the_end) {
  auto job = job_of(job_state::failed);
  job.reason = "1 of 10 tasks failed";
  dead_letter letter{3, 4, 2, errc::function_failed, "no luck", "alpha", {}};
  letter.history = {{1, errc::function_failed, "odd", "alpha", 0, 0},
                    {2, errc::function_failed, "no luck", "alpha", 0, 0}};
  auto got = trace_of(job, {4, {}, letter},
                      {event_of(kind::granted, 100, 1, {4, 5}),
                       event_of(kind::accepted, 200, 1, {4, 5}, {4}),
                       event_of(kind::granted, 300, 2, {4, 5}),
                       event_of(kind::accepted, 400, 2, {4, 5}, {4})},
                      false);
  CAF_CHECK_EQUAL(steps_of(got),
                  "submitted@0 ready@0 leased@100 started@120 ended@170 "
                  "failed@200 ready@300 leased@300 started@320 ended@370 "
                  "failed@400 dead@400 job_ended@9000");
  CAF_CHECK_EQUAL(got.steps[5].text, "odd; waits up to 10 ms before attempt 2");
  CAF_CHECK_EQUAL(got.steps[10].text, "no luck");
  CAF_CHECK_EQUAL(got.steps[10].attempt, 2u);
  CAF_CHECK_EQUAL(got.steps[11].text, "after 2 attempts: no luck");
  CAF_CHECK_EQUAL(got.steps[12].text, "failed: 1 of 10 tasks failed");
}

CAF_TEST(a_lost_lease_makes_the_task_ready_again) {
  auto got = trace_of(job_of(job_state::running), {4, {}, {}},
                      {event_of(kind::granted, 100, 1, {0, 10}),
                       event_of(kind::trimmed, 150, 1, {6, 10}), // Not of it.
                       event_of(kind::revoked, 200, 1, {0, 6})},
                      false);
  CAF_CHECK_EQUAL(steps_of(got),
                  "submitted@0 ready@0 leased@100 revoked@200 ready@200");
  got = trace_of(job_of(job_state::cancelled), {4, {}, {}},
                 {event_of(kind::granted, 100, 1, {0, 10}),
                  event_of(kind::revoked, 200, 1, {0, 10})},
                 false);
  CAF_CHECK_EQUAL(steps_of(got),
                  "submitted@0 ready@0 leased@100 revoked@200 job_ended@9000");
}

CAF_TEST(a_scheduler_that_begins_anew_lets_a_worker_keep_its_lease) {
  auto anew = event_of(kind::resumed, 200, 0, {});
  auto got = trace_of(job_of(job_state::running), {4, {}, {}},
                      {event_of(kind::granted, 100, 1, {0, 10}), anew,
                       event_of(kind::adopted, 300, 1, {0, 10})},
                      false);
  CAF_CHECK_EQUAL(steps_of(got),
                  "submitted@0 ready@0 leased@100 ready@200 leased@300");
}

CAF_TEST(what_is_not_known_is_left_out_or_said) {
  auto job = job_of(job_state::running);
  job.streamed_inputs = true;
  job.nodes.clear();
  auto got = trace_of(job, {4, {}, {}},
                      {event_of(kind::granted, 100, 1, {0, 10})}, false);
  CAF_CHECK_EQUAL(got.steps[1].text,
                  "at the earliest: when its input came is not recorded");
  CAF_CHECK_EQUAL(got.steps[2].node, "");
  CAF_CHECK_EQUAL(got.steps[2].text,
                  "to worker 7, whose node is not known any more");
  got = trace_of(job, {4, {}, {}}, {event_of(kind::accepted, 100, 1, {0, 10})},
                 true);
  CAF_CHECK_EQUAL(steps_of(got), "submitted@0 accepted@100");
  CAF_CHECK(got.incomplete);
  CAF_CHECK_EQUAL(got.steps[1].attempt, 0u);
}

CAF_TEST(a_job_tells_of_its_leases_and_of_the_newest_steps_only) {
  auto job = job_of(job_state::succeeded);
  std::vector<lease_event> events{
    event_of(kind::granted, 100, 1, {0, 10}),
    event_of(kind::accepted, 500, 1, {0, 8}, {2}),
    event_of(kind::revoked, 600, 1, {8, 10}),
  };
  auto got = trace_of(job, events, false);
  CAF_CHECK_EQUAL(steps_of(got), "submitted@0 leased@100 accepted@500 "
                                 "revoked@600 job_ended@9000");
  CAF_CHECK_EQUAL(got.steps[2].text,
                  "began 20 us after its lease had arrived, took 50 us; 1 "
                  "attempt failed");
  CAF_CHECK_EQUAL(got.steps[2].node, "alpha");
  CAF_CHECK(!got.one && !got.incomplete);
  for (uint64_t i = 0; i < 2000; ++i)
    events.push_back(event_of(kind::granted, 1000 + i, i + 2, {i, i + 1}));
  got = trace_of(job, events, false);
  CAF_CHECK_EQUAL(got.steps.size(), limits::trace_steps_max);
  CAF_CHECK(got.incomplete);
  CAF_CHECK(got.steps.front().kind == trace_kind::submitted);
  CAF_CHECK(got.steps.back().kind == trace_kind::job_ended);
}

CAF_TEST(texts_are_clipped) {
  auto job = job_of(job_state::failed);
  job.reason = std::string(5000, 'x');
  auto got = trace_of(job, {}, false);
  CAF_CHECK_EQUAL(got.steps.back().text.size(), limits::trace_text_bytes_max);
}
