#define CAF_SUITE dispatcher_results

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

/// One worker that holds the lease [0, 8) of job 1 with inputs.
struct one_lease : dispatcher_stage {
  dispatcher::granted held;

  explicit one_lease(retry_policy retry = {}) {
    teach("f", 1us);
    add_chunk_job(1, "f", retry);
    add_inputs(1, {0, 8}, false);
    add_inputs(1, {8, 16}, true);
    add_worker(1);
    auto grants = dispatch();
    held = grants.at(0);
    for (size_t i = 1; i < grants.size(); ++i)
      core.trimmed(1, grants[i].lease, 0);
  }

  uint64_t count(task_state state) const {
    return core.tasks_of(1)->count(state);
  }
};

} // namespace

// -- judging ------------------------------------------------------------------

CAF_TEST(slices_are_judged_by_their_lease) {
  struct row {
    const char* what;
    worker_id worker;
    uint64_t counter;
    job_id job;
    uint32_t seq;
    index_range range;
    slice_verdict want;
  };
  one_lease stage;
  CAF_REQUIRE(stage.held.range == (index_range{0, 8}));
  stage.accept(stage.part(stage.held, 0, {0, 2}));
  auto id = stage.held.lease.counter;
  const row rows[] = {
    {"the next one", 1, id, 1, 1, {2, 5}, slice_verdict::accept},
    {"the rest", 1, id, 1, 1, {2, 8}, slice_verdict::accept},
    {"an old one", 1, id, 1, 0, {0, 2}, slice_verdict::duplicate},
    {"one before it is missing", 1, id, 1, 2, {5, 8}, slice_verdict::early},
    {"of another worker", 2, id, 1, 1, {2, 5}, slice_verdict::refused},
    {"of a lease that never was", 1, 99, 1, 1, {2, 5}, slice_verdict::refused},
    {"of another job", 1, id, 2, 1, {2, 5}, slice_verdict::violation},
    {"with a gap", 1, id, 1, 1, {3, 5}, slice_verdict::violation},
    {"over the end", 1, id, 1, 1, {2, 9}, slice_verdict::violation},
    {"of nothing", 1, id, 1, 1, {2, 2}, slice_verdict::violation},
  };
  for (const auto& [what, worker, counter, job, seq, range, want] : rows) {
    CAF_MESSAGE(what);
    auto x = stage.part(stage.held, seq, range);
    x.lease.counter = counter;
    x.job = job;
    CAF_CHECK(stage.core.judge(worker, x) == want);
  }
}

CAF_TEST(a_slice_counts_once_and_when_it_is_recorded) {
  one_lease stage;
  auto first = stage.part(stage.held, 0, {0, 3});
  auto rest = stage.part(stage.held, 1, {3, 8});
  stage.core.begin_accept(first, stage.now);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 0u);
  CAF_CHECK(stage.core.judge(1, first) == slice_verdict::duplicate);
  CAF_CHECK(!stage.core.is_recorded(first.lease, 3));
  stage.core.end_accept(first, stage.now);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 3u);
  CAF_CHECK(stage.core.judge(1, first) == slice_verdict::duplicate);
  CAF_CHECK(stage.core.is_recorded(first.lease, 3));
  CAF_CHECK(!stage.core.is_recorded(first.lease, 4));
  stage.accept(rest);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 8u);
  // The lease is gone: the worker forgets either way.
  CAF_CHECK(stage.core.judge(1, rest) == slice_verdict::refused);
  CAF_CHECK(!stage.core.is_recorded(rest.lease, 8));
  stage.core.end_accept(rest, stage.now); // Again: nothing happens.
  CAF_CHECK_EQUAL(stage.report_of(1).attempts, 8u);
}

// -- failures -----------------------------------------------------------------

CAF_TEST(a_failed_task_waits_and_runs_again) {
  retry_policy retry{100ms, 10s, 3};
  one_lease stage{retry};
  auto draw = make_seeded_random(dispatcher_stage::seed);
  CAF_CHECK(stage.accept(stage.whole(stage.held, {5})).empty());
  CAF_CHECK_EQUAL(stage.count(task_state::backoff), 1u);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 7u);
  auto wait = next_delay(retry, 1, draw->uniform());
  CAF_REQUIRE(wait.has_value());
  CAF_CHECK(*wait > 0ms && *wait < 100ms);
  CAF_CHECK(stage.core.next_due() == stage.now + *wait);
  stage.core.pause(1, true);
  stage.now += *wait - 1ns;
  stage.dispatch();
  CAF_CHECK_EQUAL(stage.count(task_state::backoff), 1u);
  stage.now += 1ns;
  stage.dispatch(); // A paused job's retries become ready, too.
  CAF_CHECK_EQUAL(stage.count(task_state::backoff), 0u);
  CAF_CHECK(!stage.core.next_due());
  stage.core.pause(1, false);
  auto grants = stage.dispatch();
  CAF_REQUIRE(!grants.empty());
  CAF_CHECK(grants[0].range == (index_range{5, 6}));
  CAF_CHECK_EQUAL(grants[0].attempt, 2u);
  auto inputs = packed_view::parse(grants[0].inputs.view());
  CAF_REQUIRE(inputs.has_value());
  CAF_CHECK_EQUAL((*inputs)[0], "5");
}

CAF_TEST(neighbours_that_failed_share_one_wait) {
  one_lease stage;
  auto draw = make_seeded_random(dispatcher_stage::seed);
  stage.accept(stage.whole(stage.held, {1, 2, 3, 6, 7}));
  std::vector<time_point> due{
    stage.now + *next_delay({}, 1, draw->uniform()),
    stage.now + *next_delay({}, 1, draw->uniform()),
  };
  CAF_CHECK(due[0] != due[1]);
  stage.core.pause(1, true);
  auto ready = stage.core.ready_tasks();
  stage.now = due[0];
  stage.dispatch();
  auto first = due[1] <= due[0] ? 5u : 3u;
  CAF_CHECK_EQUAL(stage.core.ready_tasks() - ready, first);
  stage.now = std::max(due[0], due[1]);
  stage.dispatch();
  CAF_CHECK_EQUAL(stage.core.ready_tasks() - ready, 5u);
}

CAF_TEST(a_task_is_given_up_after_its_last_attempt) {
  dispatcher_stage stage;
  stage.add_worker(4);
  stage.add_range_job(1, 1, "f", {0ms, 0ms, 3});
  for (uint32_t attempt = 1; attempt <= 3; ++attempt) {
    auto grants = stage.dispatch();
    CAF_REQUIRE_EQUAL(grants.size(), 1u);
    CAF_CHECK_EQUAL(grants[0].attempt, attempt);
    CAF_CHECK(!stage.report_of(1).all_ended);
    auto dead = stage.accept(stage.whole(grants[0], {0}));
    CAF_CHECK_EQUAL(dead.size(), attempt == 3 ? 1u : 0u);
    if (dead.empty())
      continue;
    CAF_CHECK_EQUAL(dead[0].index, 0u);
    CAF_CHECK_EQUAL(dead[0].attempts, 3u);
    CAF_CHECK(dead[0].code == errc::function_failed);
    CAF_CHECK_EQUAL(dead[0].text, "no luck");
    CAF_CHECK_EQUAL(dead[0].node, "node4");
  }
  auto report = stage.report_of(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.dead, 1u);
  CAF_CHECK_EQUAL(report.attempts, 3u);
  CAF_CHECK_EQUAL(report.first_dead, "task 0: no luck");
  CAF_CHECK(stage.dispatch().empty());
}

CAF_TEST(the_first_dead_letter_is_told) {
  one_lease stage{{0ms, 0ms, 1}};
  auto what = stage.whole(stage.held, {2, 3, 7});
  what.failed[0].text.clear();
  what.failed[0].code = errc::bad_input;
  CAF_CHECK_EQUAL(stage.accept(what).size(), 3u);
  auto grants = stage.dispatch();
  stage.accept(stage.whole(grants.at(0), {grants[0].range.begin}));
  CAF_CHECK_EQUAL(stage.report_of(1).first_dead,
                  "task 2: " + std::string{to_sentence(errc::bad_input)});
}

CAF_TEST(too_many_dead_letters_end_a_job) {
  struct row {
    const char* what;
    uint64_t max_dead;
    std::vector<task_index> failed;
    bool want;
  };
  const row rows[] = {
    {"fewer", 3, {0, 1}, false},
    {"as many", 3, {0, 1, 5}, true},
    {"more", 3, {0, 1, 5, 6}, true},
    {"the first is too much", 0, {0}, true},
    {"none is never too many", 0, {}, false},
  };
  for (const auto& [what, max_dead, failed, want] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    stage.teach("f", 100us);
    stage.core.add_job({1, "f", false, 16, {0ms, 0ms, 1}, max_dead});
    stage.add_worker(1);
    auto grants = stage.dispatch();
    CAF_REQUIRE(grants[0].range == (index_range{0, 8}));
    for (size_t i = 1; i < grants.size(); ++i)
      stage.core.revoke(grants[i].lease);
    stage.accept(stage.whole(grants[0], failed));
    auto report = stage.report_of(1);
    CAF_CHECK_EQUAL(report.fatal.code == errc::too_many_dead, want);
    CAF_CHECK_EQUAL(stage.dispatch().empty(), want);
    if (want)
      CAF_CHECK_EQUAL(report.fatal.text, "the job reached its limit of "
                                           + std::to_string(max_dead)
                                           + " dead letters");
  }
}

CAF_TEST(an_error_of_the_whole_job_stops_its_grants) {
  one_lease stage;
  auto what = stage.part(stage.held, 0, {0, 2});
  what.fatal = {errc::integer_overflow, "the sum is too large"};
  stage.accept(what);
  auto next = stage.part(stage.held, 1, {2, 4});
  next.fatal = {errc::internal, "another one"};
  stage.accept(next);
  auto report = stage.report_of(1);
  CAF_CHECK(report.fatal == what.fatal); // The first one is the cause.
  CAF_CHECK_EQUAL(report.succeeded, 4u);
  CAF_CHECK(stage.core.ready_tasks() > 0);
  CAF_CHECK(stage.dispatch().empty());
}

// -- inputs -------------------------------------------------------------------

CAF_TEST(inputs_are_kept_until_every_task_has_ended) {
  one_lease stage{{0ms, 0ms, 3}}; // Two chunks of 8.
  stage.accept(stage.part(stage.held, 0, {0, 4}, {1, 3}));
  stage.accept(stage.part(stage.held, 1, {4, 8}, {4}));
  while (!stage.report_of(1).all_ended) {
    auto grants = stage.dispatch();
    CAF_REQUIRE(!grants.empty());
    for (const auto& x : grants) {
      auto view = packed_view::parse(x.inputs.view());
      CAF_REQUIRE(view.has_value());
      CAF_CHECK_EQUAL((*view)[0], std::to_string(x.range.begin));
      // Task 3 never succeeds, task 12 the second time.
      std::vector<task_index> failed;
      if (x.range.contains(3))
        failed.push_back(3);
      if (x.range.contains(12) && x.attempt == 1)
        failed.push_back(12);
      stage.accept(stage.whole(x, failed));
      size_t needed = 0;
      for (auto chunk : {index_range{0, 8}, index_range{8, 16}})
        for (auto i = chunk.begin; i < chunk.end; ++i)
          if (!is_terminal(stage.core.tasks_of(1)->state_of(i))) {
            ++needed;
            break;
          }
      CAF_CHECK_EQUAL(stage.core.chunks_of(1), needed);
    }
  }
  CAF_CHECK_EQUAL(stage.core.chunks_of(1), 0u);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 15u);
  CAF_CHECK_EQUAL(stage.core.chunks_of(99), 0u);
}

// -- leases that end early ----------------------------------------------------

CAF_TEST(a_revoked_lease_gives_back_what_was_not_received) {
  one_lease stage;
  auto part = stage.part(stage.held, 0, {0, 3});
  stage.core.begin_accept(part, stage.now);
  stage.core.revoke(stage.held.lease);
  stage.core.revoke(stage.held.lease); // Again: nothing happens.
  stage.core.revoke({7, 99});
  CAF_CHECK_EQUAL(stage.count(task_state::leased), 3u);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 13u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->leases, 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->tasks, 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->estimated_ns, 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->input_bytes, 0u);
  CAF_CHECK(stage.core.judge(1, stage.part(stage.held, 1, {3, 8}))
            == slice_verdict::refused);
  stage.core.end_accept(part, stage.now);
  CAF_CHECK_EQUAL(stage.count(task_state::succeeded), 3u);
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  auto grants = stage.dispatch();
  CAF_CHECK_EQUAL(grants.at(0).range.begin, 3u);
  CAF_CHECK_EQUAL(grants[0].attempt, 1u);
  CAF_CHECK_EQUAL(stage.core.leases().find(grants[0].lease)->crashes, 0u);
}

CAF_TEST(a_worker_may_hand_back_the_tail_of_its_lease) {
  struct row {
    const char* what;
    worker_id worker;
    task_index end;
    uint64_t want_back; ///< Of [2, 8); [0, 2) was received before.
  };
  const row rows[] = {
    {"another worker's lease", 2, 4, 0},    {"nothing", 1, 8, 0},
    {"less than nothing", 1, 100, 0},       {"a part", 1, 5, 3},
    {"all that was not received", 1, 2, 6}, {"even what was received", 1, 0, 6},
  };
  for (const auto& [what, worker, end, back] : rows) {
    CAF_MESSAGE(what);
    one_lease stage;
    stage.add_worker(2);
    stage.core.begin_accept(stage.part(stage.held, 0, {0, 2}), stage.now);
    auto ready = stage.core.ready_tasks();
    stage.core.trimmed(worker, stage.held.lease, end);
    CAF_CHECK_EQUAL(stage.core.ready_tasks() - ready, back);
    CAF_CHECK_EQUAL(stage.core.load_of(1)->tasks, 8 - back);
    CAF_CHECK_EQUAL(stage.core.load_of(1)->estimated_ns, 1000 * (8 - back));
    CAF_CHECK_EQUAL(stage.core.load_of(1)->leases, 1u);
    stage.core.end_accept(stage.part(stage.held, 0, {0, 2}), stage.now);
    CAF_CHECK_EQUAL(stage.core.load_of(1)->leases, back == 6 ? 0u : 1u);
    CAF_CHECK_EQUAL(stage.core.leases().find(stage.held.lease) == nullptr,
                    back == 6);
  }
}

CAF_TEST(a_whole_lease_may_be_handed_back) {
  one_lease stage;
  stage.core.trimmed(1, stage.held.lease, stage.held.range.begin);
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->leases, 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->input_bytes, 0u);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 16u);
  stage.core.trimmed(1, stage.held.lease, 0); // Again: nothing happens.
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 16u);
  auto grants = stage.dispatch();
  CAF_CHECK(grants.at(0).range == stage.held.range);
  CAF_CHECK(grants[0].lease != stage.held.lease);
  CAF_CHECK(grants[0].first); // It may never have been told of the job.
}

// -- jobs that are removed ----------------------------------------------------

CAF_TEST(a_removed_job_leaves_nothing_behind) {
  one_lease stage;
  auto part = stage.part(stage.held, 0, {0, 3}, {1});
  stage.core.begin_accept(part, stage.now);
  auto stopped = stage.core.remove_job(1);
  CAF_REQUIRE_EQUAL(stopped.size(), 1u);
  CAF_CHECK_EQUAL(stopped[0].worker, 1u);
  CAF_CHECK(stopped[0].lease == stage.held.lease);
  CAF_CHECK(stage.core.remove_job(1).empty());
  CAF_CHECK(!stage.core.knows(1));
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->leases, 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->tasks, 0u);
  CAF_MESSAGE("what is still on its way changes nothing");
  CAF_CHECK(stage.core.judge(1, stage.part(stage.held, 1, {3, 8}))
            == slice_verdict::refused);
  stage.core.end_accept(part, stage.now);
  stage.core.trimmed(1, stage.held.lease, 0);
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  CAF_CHECK(!stage.core.next_due());
  CAF_CHECK(stage.core.take_reports().empty());
  CAF_CHECK(stage.dispatch().empty());
}

CAF_TEST(a_removed_job_forgets_its_retries) {
  one_lease stage;
  stage.accept(stage.whole(stage.held, {1}));
  CAF_CHECK(stage.core.next_due().has_value());
  stage.core.remove_job(1);
  CAF_CHECK(!stage.core.next_due());
}
