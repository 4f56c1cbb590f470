#define CAF_SUITE dispatcher

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <map>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

using ids = std::vector<uint64_t>;

uint64_t tasks_in(const dispatcher_stage::grant_list& grants) {
  uint64_t result = 0;
  for (const auto& x : grants)
    result += x.range.size();
  return result;
}

ids jobs_in(const dispatcher_stage::grant_list& grants) {
  ids result;
  for (const auto& x : grants)
    if (result.empty() || result.back() != x.job)
      result.push_back(x.job);
  return result;
}

std::vector<std::string> strings_of(const blob& packed) {
  std::vector<std::string> result;
  auto view = packed_view::parse(packed.view());
  CAF_REQUIRE(view.has_value());
  for (uint32_t i = 0; i < view->size(); ++i)
    result.emplace_back((*view)[i]);
  return result;
}

} // namespace

// -- who gets something -------------------------------------------------------

CAF_TEST(a_suspended_worker_gets_nothing_new_and_keeps_what_it_has) {
  dispatcher_stage stage;
  stage.add_worker(1);
  stage.add_range_job(1, 10);
  auto held = stage.dispatch().at(0);
  stage.core.suspend(1, true);
  stage.accept(stage.whole(held));
  stage.core.set_window(1, 500, 500); // Its own news do not lift it.
  CAF_CHECK(stage.dispatch().empty());
  stage.add_worker(2);
  auto elsewhere = stage.dispatch();
  CAF_REQUIRE(!elsewhere.empty());
  for (const auto& x : elsewhere)
    CAF_CHECK_EQUAL(x.worker, 2u);
  stage.core.remove_worker(2, stage.now);
  stage.core.suspend(1, false);
  CAF_CHECK(!stage.dispatch().empty());
  stage.core.suspend(99, true); // Unknown: nothing happens.
}

CAF_TEST(only_workers_that_offer_the_function_get_its_tasks) {
  struct row {
    const char* what;
    std::vector<std::string> first; ///< What worker 1 offers.
    std::vector<std::string> second;
    ids want; ///< Workers that get something.
  };
  const row rows[] = {
    {"both", {"f"}, {"f", "g"}, {1, 2}},
    {"one of them", {"g"}, {"f"}, {2}},
    {"names are whole", {"ff"}, {"F"}, {}},
    {"none offers anything", {}, {}, {}},
  };
  for (const auto& [what, first, second, want] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    stage.add_worker(1, 1, first);
    stage.add_worker(2, 1, second);
    stage.add_range_job(1, 10);
    ids got;
    for (const auto& x : stage.dispatch())
      got.push_back(x.worker);
    std::sort(got.begin(), got.end());
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(work_waits_for_a_worker_that_can_run_it) {
  dispatcher_stage stage;
  stage.add_range_job(1, 1);
  CAF_CHECK(stage.dispatch().empty());
  stage.add_worker(1, 1, {"g"});
  CAF_CHECK(stage.dispatch().empty());
  stage.add_worker(1, 1, {"f", "g"}); // It learned something.
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 0u);
}

CAF_TEST(a_grant_says_all_that_a_worker_needs) {
  dispatcher_stage stage;
  stage.add_worker(3);
  stage.add_chunk_job(5);
  auto packed = stage.add_inputs(5, {0, 1});
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u);
  const auto& got = grants.front();
  CAF_CHECK_EQUAL(got.worker, 3u);
  CAF_CHECK_EQUAL(to_string(got.lease), "7.1");
  CAF_CHECK_EQUAL(got.job, 5u);
  CAF_CHECK(got.range == (index_range{0, 1}));
  CAF_CHECK_EQUAL(got.attempt, 1u);
  CAF_CHECK(got.inputs == packed);
  CAF_CHECK(stage.core.leases().find(got.lease) != nullptr);
  CAF_CHECK(stage.dispatch().empty()); // Nothing is granted twice.
}

CAF_TEST(the_first_grant_of_a_job_to_a_worker_is_marked) {
  dispatcher_stage stage;
  stage.add_worker(1, 2);
  stage.add_worker(2, 1);
  stage.add_range_job(1, 4000);
  stage.add_range_job(2, 4000);
  std::map<std::pair<worker_id, job_id>, int> firsts;
  for (int i = 0; i < 8; ++i)
    for (const auto& x : stage.dispatch()) {
      if (x.first)
        ++firsts[{x.worker, x.job}];
      CAF_CHECK(firsts.contains({x.worker, x.job}));
      stage.accept(stage.whole(x));
    }
  CAF_CHECK(firsts.size() > 2);
  for (const auto& [who, times] : firsts)
    CAF_CHECK_EQUAL(times, 1);
  CAF_MESSAGE("a job that was forgotten is new again");
  stage.core.remove_job(1);
  stage.add_range_job(1, 1);
  auto again = stage.dispatch();
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK(again.front().first);
}

// -- credit -------------------------------------------------------------------

CAF_TEST(credit_in_tasks_is_never_exceeded) {
  struct row {
    const char* what;
    uint64_t window;
    std::chrono::nanoseconds per_task; ///< 0: unknown.
    uint64_t want;                     ///< Tasks granted at once.
  };
  const row rows[] = {
    {"no credit", 0, 0ns, 0},
    {"no credit for known ones", 0, 1us, 0},
    {"one task", 1, 1us, 1},
    {"less than the slots", 3, 0ns, 3},
    {"one per slot while unknown", 100, 0ns, 4},
    {"less than there is time for", 100, 1us, 100},
  };
  for (const auto& [what, window, per_task, want] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    if (per_task > 0ns)
      stage.teach("f", per_task);
    stage.add_worker(1, 4, {"f"}, window);
    stage.add_range_job(1, 1000);
    CAF_CHECK_EQUAL(tasks_in(stage.dispatch()), want);
    CAF_CHECK_EQUAL(stage.core.load_of(1)->tasks, want);
  }
}

CAF_TEST(a_window_may_be_closed_and_opened) {
  dispatcher_stage stage;
  stage.add_worker(1, 2, {"f"}, 2);
  stage.add_range_job(1, 10);
  auto grants = stage.dispatch();
  CAF_CHECK_EQUAL(grants.size(), 2u);
  stage.core.set_window(1, 0, 0);
  stage.accept(stage.whole(grants[0]));
  CAF_CHECK(stage.dispatch().empty());
  stage.core.set_window(1, 2, 0); // No bytes are needed for a range.
  CAF_CHECK_EQUAL(tasks_in(stage.dispatch()), 1u);
  stage.core.set_window(99, 1, 1); // Nobody's.
  CAF_CHECK(stage.core.load_of(99) == nullptr);
}

CAF_TEST(credit_in_bytes_is_never_exceeded) {
  // Ten inputs of 10 bytes; packed, n of them are 4 + 14 * n bytes.
  struct row {
    const char* what;
    uint64_t window;
    std::vector<uint64_t> want; ///< Tasks of each lease.
  };
  const row rows[] = {
    {"no bytes, no payload", 0, {}},
    {"one, even if it is too large", 1, {1}},
    {"just one", 18, {1}},
    {"just two", 32, {2}},
    {"one byte less than two", 31, {1}},
    {"a share that is cut", 64, {4}},
    {"two with what is left", 110, {5, 2}},
    {"all in shares", 1000, {5, 3, 1, 1}},
  };
  for (const auto& [what, window, want] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    stage.teach("f", 100us);
    stage.add_worker(1, 1, {"f"}, 1000, window);
    stage.add_chunk_job(1);
    stage.add_inputs(1, {0, 10}, true, 10);
    std::vector<uint64_t> got;
    uint64_t bytes = 0;
    for (const auto& x : stage.dispatch()) {
      got.push_back(x.range.size());
      bytes += x.inputs.size();
      CAF_CHECK_EQUAL(strings_of(x.inputs).size(), x.range.size());
    }
    CAF_CHECK_EQUAL(got, want);
    CAF_CHECK(bytes <= window || got == std::vector<uint64_t>{1});
    CAF_CHECK_EQUAL(stage.core.load_of(1)->input_bytes, bytes);
  }
}

CAF_TEST(bytes_come_back_when_a_lease_ends) {
  dispatcher_stage stage;
  stage.add_worker(1, 2, {"f"}, 100, 20);
  stage.add_chunk_job(1);
  stage.add_inputs(1, {0, 1}, false, 10);
  stage.add_inputs(1, {1, 2}, false, 10);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 1u); // 18 of 20 bytes.
  stage.core.begin_accept(stage.whole(grants[0]), stage.now);
  CAF_CHECK(stage.dispatch().empty());
  stage.core.end_accept(stage.whole(grants[0]), stage.now);
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
}

// -- leases and chunks --------------------------------------------------------

CAF_TEST(a_lease_stays_within_one_chunk) {
  dispatcher_stage stage;
  stage.teach("f", 1ns);
  stage.add_worker(1);
  stage.add_chunk_job(1);
  std::vector<index_range> chunks{{0, 3}, {3, 10}, {10, 11}, {11, 100}};
  for (const auto& range : chunks)
    stage.add_inputs(1, range);
  uint64_t next = 0;
  for (const auto& x : stage.dispatch()) {
    CAF_CHECK_EQUAL(x.range.begin, next);
    next = x.range.end;
    CAF_CHECK(std::any_of(chunks.begin(), chunks.end(),
                          [&](const auto& c) { return c.covers(x.range); }));
    auto inputs = strings_of(x.inputs);
    CAF_REQUIRE_EQUAL(inputs.size(), x.range.size());
    for (size_t i = 0; i < inputs.size(); ++i)
      CAF_CHECK_EQUAL(inputs[i], std::to_string(x.range.begin + i));
  }
  CAF_CHECK_EQUAL(next, 100u);
}

CAF_TEST(a_whole_chunk_is_granted_without_a_copy) {
  dispatcher_stage stage;
  stage.teach("f", 100us);
  stage.add_worker(1);
  stage.add_chunk_job(1);
  auto first = stage.add_inputs(1, {0, 10});
  auto second = stage.add_inputs(1, {10, 20}, true);
  auto grants = stage.dispatch();
  CAF_REQUIRE(grants.size() > 1);
  CAF_CHECK(grants[0].range == (index_range{0, 10}));
  CAF_CHECK_EQUAL(static_cast<const void*>(grants[0].inputs.view().data()),
                  static_cast<const void*>(first.view().data()));
  CAF_CHECK(grants[1].range == (index_range{10, 15})); // Half for the tail.
  CAF_CHECK(grants[1].inputs.size() < second.size());
}

CAF_TEST(inputs_that_cannot_be_make_one_job_fail) {
  struct row {
    const char* what;
    index_range range;
    blob packed;
  };
  const row rows[] = {
    {"a gap", {1, 2}, test::packed_inputs({1, 2})},
    {"too few", {0, 2}, test::packed_inputs({0, 1})},
    {"not packed", {0, 1}, blob{"?"}},
    {"none at all", {0, 1}, {}},
  };
  for (const auto& [what, range, packed] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    stage.add_worker(1);
    stage.add_chunk_job(1);
    stage.core.add_inputs(1, range, packed, true);
    auto report = stage.report_of(1);
    CAF_CHECK(report.fatal.code == errc::internal);
    CAF_CHECK(report.fatal.text.starts_with("the inputs ["));
    CAF_CHECK(stage.dispatch().empty());
  }
}

// -- workers that are full ----------------------------------------------------

CAF_TEST(a_worker_full_for_long_tasks_still_takes_short_ones) {
  dispatcher_stage stage;
  stage.teach("long", 30ms);
  stage.teach("short", 1us);
  stage.add_worker(1, 1, {"long", "short"});
  stage.add_range_job(1, 100, "short");
  CAF_CHECK_EQUAL(tasks_in(stage.dispatch()), 100u);
  stage.add_range_job(2, 5, "long"); // Not queued behind anything.
  stage.add_range_job(3, 10, "short");
  auto grants = stage.dispatch();
  CAF_CHECK_EQUAL(jobs_in(grants), ids{3});
  CAF_CHECK_EQUAL(tasks_in(grants), 10u);
}

CAF_TEST(jobs_are_served_in_order_across_functions) {
  dispatcher_stage stage;
  stage.teach("f", 1us);
  stage.teach("g", 1us);
  stage.add_worker(1, 1, {"f", "g"});
  stage.add_range_job(3, 1, "f");
  stage.add_range_job(1, 1, "g");
  stage.add_range_job(2, 1, "f");
  stage.add_range_job(4, 1, "nobody's");
  stage.add_range_job(5, 1, "g");
  CAF_CHECK_EQUAL(jobs_in(stage.dispatch()), (ids{1, 2, 3, 5}));
}

CAF_TEST(a_long_task_does_not_hide_the_slots_beside_it) {
  dispatcher_stage stage;
  stage.teach("long", 600s);
  stage.teach("short", 1us);
  stage.add_worker(1, 2, {"long", "short"});
  stage.add_range_job(1, 1, "long");
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->estimated_ns, 20'000'000u);
  stage.add_range_job(2, 8, "short");
  CAF_CHECK_EQUAL(tasks_in(stage.dispatch()), 8u);
}

CAF_TEST(the_estimate_shrinks_with_a_lease_and_ends_at_zero) {
  dispatcher_stage stage;
  stage.teach("f", 1ms);
  stage.add_worker(1);
  stage.add_range_job(1, 40);
  auto grants = stage.dispatch();
  CAF_REQUIRE_EQUAL(grants.size(), 2u); // Half of the target each.
  CAF_CHECK_EQUAL(grants[0].range.size(), 10u);
  const auto& load = *stage.core.load_of(1);
  CAF_CHECK_EQUAL(load.estimated_ns, 20'000'000u);
  stage.accept(stage.part(grants[0], 0, {0, 4}));
  CAF_CHECK_EQUAL(load.estimated_ns, 16'000'000u);
  CAF_CHECK_EQUAL(load.leases, 2u);
  stage.accept(stage.part(grants[0], 1, {4, 10}));
  CAF_CHECK_EQUAL(load.leases, 1u);
  stage.core.trimmed(1, grants[1].lease, 15);
  CAF_CHECK_EQUAL(load.estimated_ns, 5'000'000u);
  stage.accept(stage.part(grants[1], 0, {10, 15}));
  CAF_CHECK_EQUAL(load.estimated_ns, 0u);
  CAF_CHECK_EQUAL(load.leases, 0u);
  CAF_CHECK_EQUAL(load.tasks, 0u);
}

CAF_TEST(leases_go_to_the_worker_with_the_least_to_do) {
  dispatcher_stage stage;
  stage.add_worker(1, 3);
  stage.add_worker(2, 3);
  stage.add_range_job(1, 6);
  std::map<worker_id, int> leases;
  for (const auto& x : stage.dispatch())
    ++leases[x.worker];
  CAF_CHECK_EQUAL(leases[1], 3);
  CAF_CHECK_EQUAL(leases[2], 3);
}

// -- workers that go ----------------------------------------------------------

CAF_TEST(a_lost_worker_gives_back_what_was_not_received) {
  dispatcher_stage stage;
  stage.teach("f", 1us);
  stage.add_worker(1);
  stage.add_chunk_job(1);
  stage.add_inputs(1, {0, 10});
  stage.add_inputs(1, {10, 20}, true);
  auto lost = stage.dispatch();
  auto part = stage.part(lost[0], 0, {0, 4});
  stage.core.begin_accept(part, stage.now);
  stage.core.remove_worker(1, stage.now);
  CAF_CHECK(stage.core.load_of(1) == nullptr);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 16u);
  CAF_CHECK_EQUAL(stage.core.tasks_of(1)->count(task_state::leased), 4u);
  CAF_CHECK(stage.core.judge(1, stage.part(lost[0], 1, {4, 10}))
            == slice_verdict::refused);
  stage.core.end_accept(part, stage.now);
  CAF_CHECK_EQUAL(stage.core.tasks_of(1)->count(task_state::succeeded), 4u);
  stage.add_worker(2);
  auto grants = stage.dispatch();
  CAF_CHECK_EQUAL(grants.front().range.begin, 4u);
  for (const auto& x : grants) {
    CAF_CHECK_EQUAL(x.attempt, 1u); // The loss of a worker is no attempt.
    auto inputs = strings_of(x.inputs);
    CAF_CHECK_EQUAL(inputs.front(), std::to_string(x.range.begin));
    CAF_CHECK_EQUAL(stage.core.leases().find(x.lease)->crashes, 1u);
    stage.accept(stage.whole(x));
  }
  CAF_CHECK(stage.report_of(1).all_ended);
  CAF_CHECK_EQUAL(stage.core.load_of(2)->tasks, 0u);
  stage.core.remove_worker(99, stage.now); // Nobody.
}

// -- jobs ---------------------------------------------------------------------

CAF_TEST(a_job_has_ended_when_it_is_closed_and_nothing_is_left) {
  struct row {
    const char* what;
    bool payload;
    uint64_t tasks;
    bool closed;
    bool run;
    bool want;
  };
  const row rows[] = {
    {"an empty range", false, 0, true, false, true},
    {"a range that waits", false, 1, true, false, false},
    {"a range that ran", false, 1, true, true, true},
    {"an open job without inputs", true, 0, false, false, false},
    {"a closed job without inputs", true, 0, true, false, true},
    {"an open job that ran", true, 1, false, true, false},
    {"a closed job that waits", true, 1, true, false, false},
    {"a closed job that ran", true, 1, true, true, true},
  };
  for (const auto& [what, payload, tasks, closed, run, want] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    if (payload) {
      stage.add_chunk_job(1);
      if (tasks > 0)
        stage.add_inputs(1, {0, tasks});
      if (closed)
        stage.core.add_inputs(1, {}, {}, true);
    } else {
      stage.add_range_job(1, tasks);
    }
    if (run) {
      stage.add_worker(1);
      for (const auto& x : stage.dispatch())
        stage.accept(stage.whole(x));
    }
    auto report = stage.report_of(1);
    CAF_CHECK_EQUAL(report.job, 1u);
    CAF_CHECK_EQUAL(report.tasks, tasks);
    CAF_CHECK_EQUAL(report.all_ended, want);
  }
}

CAF_TEST(only_jobs_that_changed_are_reported) {
  dispatcher_stage stage;
  stage.add_range_job(2, 1);
  stage.add_range_job(1, 1);
  CAF_CHECK_EQUAL(stage.core.take_reports().size(), 2u);
  CAF_CHECK(stage.core.take_reports().empty());
  stage.core.pause(2, true);
  stage.add_worker(1);
  auto grants = stage.dispatch();
  auto reports = stage.core.take_reports();
  CAF_REQUIRE_EQUAL(reports.size(), 1u);
  CAF_CHECK_EQUAL(reports[0].job, 1u);
  CAF_CHECK_EQUAL(reports[0].leased, 1u);
  CAF_CHECK_EQUAL(reports[0].attempts, 0u);
  stage.accept(stage.whole(grants[0]));
  auto report = stage.report_of(1);
  CAF_CHECK_EQUAL(report.succeeded, 1u);
  CAF_CHECK_EQUAL(report.leased, 0u);
  CAF_CHECK_EQUAL(report.attempts, 1u);
}

CAF_TEST(a_paused_job_gets_nothing_until_it_goes_on) {
  dispatcher_stage stage;
  stage.add_worker(1, 4);
  stage.add_range_job(1, 2);
  stage.add_range_job(2, 2);
  stage.core.pause(1, true);
  CAF_CHECK_EQUAL(jobs_in(stage.dispatch()), ids{2});
  stage.core.pause(1, false);
  CAF_CHECK_EQUAL(jobs_in(stage.dispatch()), ids{1});
  stage.core.pause(1, false); // Again: nothing happens.
  stage.core.pause(99, true);
  CAF_CHECK(stage.dispatch().empty());
}

CAF_TEST(a_job_that_is_known_stays_as_it_is) {
  dispatcher_stage stage;
  stage.add_range_job(1, 3);
  stage.add_range_job(1, 5, "g");
  CAF_CHECK(stage.core.knows(1));
  CAF_CHECK(!stage.core.knows(2));
  CAF_CHECK_EQUAL(stage.core.tasks_of(1)->size(), 3u);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 3u);
  CAF_CHECK(stage.core.tasks_of(2) == nullptr);
  stage.core.add_inputs(2, {0, 1}, test::packed_inputs({0, 1}), true);
  CAF_CHECK(!stage.core.knows(2)); // Inputs of no job are dropped.
}
