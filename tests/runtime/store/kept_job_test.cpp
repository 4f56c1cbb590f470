#define CAF_SUITE kept_job

#include "runtime/store/kept_job.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace troupe;

namespace {

/// A running range job.
kept_job job_of(uint64_t tasks) {
  kept_job job;
  job.record.id = 1;
  job.record.state = job_state::running;
  job.record.tasks = tasks;
  return job;
}

accept_record record_of(index_range range,
                        std::vector<task_index> failed = {}) {
  return {0, 1, range, std::move(failed), {}};
}

} // namespace

CAF_TEST(what_is_done_costs_its_gaps_and_not_its_tasks) {
  constexpr uint64_t tasks = 1'000'000'000;
  constexpr uint64_t slices = 1000;
  auto job = job_of(tasks);
  // From the end to the beginning, every other slice first.
  for (uint64_t turn : {1, 0})
    for (uint64_t i = slices; i-- > 0;)
      if (i % 2 == turn)
        job.complete(record_of({i * tasks / slices, (i + 1) * tasks / slices}));
  CAF_CHECK_EQUAL(job.succeeded, tasks);
  CAF_CHECK_EQUAL(job.settled.runs(), 1u);
  CAF_CHECK(job.snapshot().ready.empty());
}

CAF_TEST(a_slice_of_failures_costs_one_run) {
  auto job = job_of(1024);
  std::vector<task_index> all;
  for (task_index i = 0; i < 1024; ++i)
    all.push_back(i);
  job.complete(record_of({0, 1024}, all));
  CAF_CHECK_EQUAL(job.counts.runs(), 1u);
  CAF_CHECK_EQUAL(job.succeeded, 0u);
  CAF_CHECK_EQUAL(job.attempts, 1024u);
  CAF_CHECK_EQUAL(job.snapshot().pasts.size(), 1024u);
  job.complete(record_of({0, 1024}));
  CAF_CHECK(job.counts.empty());
  CAF_CHECK_EQUAL(job.attempts, 2048u);
}

CAF_TEST(a_result_that_comes_twice_counts_once) {
  auto job = job_of(10);
  job.complete(record_of({0, 6}));
  job.complete(record_of({4, 8}));
  CAF_CHECK_EQUAL(job.succeeded, 8u);
}

CAF_TEST(all_that_is_held_is_accounted_for) {
  auto job = job_of(10);
  const auto empty = job.bytes();
  CAF_CHECK_EQUAL(job.past_bytes(), 0u);
  job.complete(record_of({0, 4}, {2}));
  job.note({1, 2, false, {1, errc::bad_input, "odd", "alpha", 0, 0}});
  job.note({1, 3, true, {1, errc::bad_input, "too late", "alpha", 0, 0}});
  job.note({1, 99, true, {1, errc::bad_input, "none", "alpha", 0, 0}});
  CAF_CHECK_EQUAL(job.counts.runs(), 1u);
  job.bury({1, 9, 1, errc::bad_input, "odd", "alpha", {}});
  CAF_CHECK_GREATER(job.past_bytes(), 0u);
  CAF_CHECK_GREATER_OR_EQUAL(job.bytes(), empty + job.past_bytes());
  size_t released = 0;
  CAF_CHECK(job.take_dead({9}, released) == std::vector<task_index>({9}));
  job.release_all();
  CAF_CHECK_EQUAL(job.past_bytes(), 0u);
  CAF_CHECK_EQUAL(job.bytes(), empty);
}

CAF_TEST(only_what_is_requeued_is_left) {
  auto job = job_of(10);
  job.resume({2, 3, 7});
  CAF_CHECK(job.snapshot().ready == std::vector<index_range>({{2, 4}, {7, 8}}));
}
