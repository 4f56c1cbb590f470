#define CAF_SUITE dispatcher_rejoin

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::packed_inputs;

namespace {

using held_part = dispatcher::held_part;

constexpr job_id job = 1;

/// A dispatcher that knows nothing but what the store told it: of 100 tasks in
/// chunks of 20, [0, 40) have succeeded and task 40 failed once.
struct fresh_stage : dispatcher_stage {
  fresh_stage() {
    core.begin_term(9);
    dispatcher::resumption what;
    what.tasks = 100;
    what.ready = {{40, 100}};
    for (task_index i = 40; i < 100; i += 20)
      what.inputs.push_back({{i, i + 20}, packed_inputs({i, i + 20})});
    what.succeeded = 40;
    what.pasts = {{40, 1, 0, {}}};
    core.resume_job({job, "f", true, 0, {}}, what, now);
    for (worker_id id : {1, 2})
      add_worker(id);
  }

  bool adopts(held_part what, worker_id worker = 1) {
    return core.reconcile(worker, {what}, now).empty();
  }
};

/// A dispatcher with one worker that runs one lease, [0, 10).
struct running_stage : dispatcher_stage {
  running_stage() {
    teach("f", 1us);
    add_worker(1, 1, {"f"}, 10);
    core.add_job({job, "f", true, 0, {}});
    add_inputs(job, {0, 20}, true);
    lease = dispatch().at(0);
    CAF_REQUIRE(lease.range == (index_range{0, 10}));
  }

  held_part held(index_range rest) const {
    return {lease.lease, job, rest, 1};
  }

  slice_verdict verdict(uint32_t seq, index_range range, worker_id worker) {
    return core.judge(worker, part(lease, seq, range));
  }

  dispatcher::granted lease;
};

const char* name_of(slice_verdict verdict) {
  switch (verdict) {
    case slice_verdict::accept: return "accept";
    case slice_verdict::duplicate: return "duplicate";
    case slice_verdict::early: return "early";
    case slice_verdict::refused: return "refused";
    case slice_verdict::violation: return "violation";
  }
  return "unknown";
}

} // namespace

// -- after the scheduler was lost ---------------------------------------------

CAF_TEST(a_held_lease_is_adopted_if_nothing_else_became_of_it) {
  struct row {
    const char* what;
    held_part held;
    bool adopted;
  };
  const row rows[] = {
    {"all of it waits", {{7, 5}, job, {41, 60}, 1}, true},
    {"of the current term", {{9, 5}, job, {41, 60}, 1}, true},
    {"a failed task waits for its second attempt",
     {{7, 5}, job, {40, 41}, 2},
     true},
    {"a part was recorded", {{7, 5}, job, {30, 60}, 1}, true},
    {"recorded as failed", {{7, 5}, job, {40, 60}, 1}, true},
    {"all of it was recorded", {{7, 5}, job, {20, 41}, 1}, false},
    {"another attempt", {{7, 5}, job, {41, 60}, 2}, false},
    {"not all of it in one attempt", {{7, 5}, job, {40, 42}, 2}, false},
    {"in two chunks", {{7, 5}, job, {50, 70}, 1}, false},
    {"beyond the job's end", {{7, 5}, job, {90, 101}, 1}, false},
    {"empty", {{7, 5}, job, {50, 50}, 1}, false},
    {"an unknown job", {{7, 5}, 2, {41, 60}, 1}, false},
    {"of another store", {{6, 5}, job, {41, 60}, 1}, false},
    {"of a term to come", {{10, 5}, job, {41, 60}, 1}, false},
  };
  for (const auto& [what, held, adopted] : rows) {
    CAF_MESSAGE(what);
    fresh_stage stage;
    CAF_CHECK_EQUAL(stage.adopts(held), adopted);
    CAF_CHECK_EQUAL(stage.core.leases().size(), adopted ? 1u : 0u);
  }
}

CAF_TEST(an_adopted_lease_goes_on_behind_what_was_recorded) {
  fresh_stage stage;
  held_part held{{7, 5}, job, {30, 60}, 1};
  CAF_REQUIRE(stage.adopts(held));
  struct row {
    const char* what;
    uint32_t seq;
    index_range range;
    slice_verdict want;
  };
  const row rows[] = {
    {"its answer was lost", 3, {30, 41}, slice_verdict::duplicate},
    {"a part of that", 4, {35, 38}, slice_verdict::duplicate},
    {"one before it is missing", 6, {50, 60}, slice_verdict::early},
    {"overlaps", 4, {40, 50}, slice_verdict::violation},
    {"too long", 4, {41, 61}, slice_verdict::violation},
    {"the next one", 4, {41, 50}, slice_verdict::accept},
  };
  dispatcher::granted of;
  of.lease = held.lease;
  of.job = job;
  for (const auto& [what, seq, range, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(name_of(stage.core.judge(1, stage.part(of, seq, range))),
                    name_of(want));
  }
  CAF_CHECK(stage.core.is_recorded(held.lease, 41));
  CAF_CHECK(!stage.core.is_recorded(held.lease, 42));
  stage.accept(stage.part(of, 4, {41, 50}));
  stage.accept(stage.part(of, 5, {50, 60}));
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  CAF_CHECK_EQUAL(stage.report_of(job).succeeded, 59u);
}

CAF_TEST(a_failed_task_of_it_may_run_elsewhere_by_now) {
  fresh_stage stage;
  CAF_REQUIRE(stage.adopts({{7, 6}, job, {40, 41}, 2}, 2));
  CAF_CHECK(stage.adopts({{7, 5}, job, {38, 60}, 1}, 1));
  CAF_CHECK_EQUAL(stage.core.leases().find({7, 5})->recorded, 41u);
  CAF_CHECK(stage.core.leases().find({7, 6}) != nullptr);
}

CAF_TEST(what_is_adopted_is_not_granted) {
  fresh_stage stage;
  CAF_REQUIRE(stage.adopts({{7, 5}, job, {41, 60}, 1}));
  stage.now += 1h; // Task 40 is due.
  std::vector<index_range> got;
  for (int i = 0; i < 20; ++i)
    for (const auto& x : stage.dispatch()) {
      CAF_CHECK(x.lease.term == 9 && x.lease.counter > 5);
      got.push_back(x.range);
      stage.accept(stage.whole(x));
    }
  uint64_t ran = 0;
  for (auto range : got) {
    CAF_CHECK(range.end <= 41 || range.begin >= 60);
    ran += range.size();
  }
  CAF_CHECK_EQUAL(ran, 41u);
}

CAF_TEST(of_two_workers_the_first_one_gets_it) {
  fresh_stage stage;
  held_part held{{7, 5}, job, {41, 60}, 1};
  CAF_CHECK(stage.adopts(held, 1));
  CAF_CHECK(!stage.adopts({{7, 6}, job, {50, 60}, 1}, 2));
  CAF_CHECK(stage.adopts(held, 1)); // Once more: it stays.
  CAF_CHECK(!stage.adopts(held, 2));
  CAF_CHECK_EQUAL(stage.core.leases().size(), 1u);
}

CAF_TEST(an_adopted_lease_counts_in_the_load_of_its_worker) {
  fresh_stage stage;
  CAF_REQUIRE(stage.adopts({{7, 5}, job, {35, 60}, 1}));
  const auto& load = *stage.core.load_of(1);
  CAF_CHECK_EQUAL(load.leases, 1u);
  CAF_CHECK_EQUAL(load.tasks, 19u);
  CAF_CHECK_EQUAL(load.input_bytes, packed_inputs({41, 60}).size());
  CAF_CHECK(load.estimated_ns > 0);
  stage.core.revoke({7, 5});
  CAF_CHECK_EQUAL(load.leases, 0u);
  CAF_CHECK_EQUAL(load.tasks, 0u);
  CAF_CHECK_EQUAL(load.input_bytes, 0u);
  CAF_CHECK_EQUAL(load.estimated_ns, 0u);
}

CAF_TEST(a_worker_that_is_not_known_holds_nothing) {
  fresh_stage stage;
  auto stop = stage.core.reconcile(3, {{{7, 5}, job, {41, 60}, 1}}, stage.now);
  CAF_CHECK(stop == std::vector<lease_id>({{7, 5}}));
}

CAF_TEST(a_blamed_task_that_its_worker_holds_is_blamed_further) {
  dispatcher_stage stage;
  dispatcher::resumption what{10, {{0, 10}}, {}, 0, 0};
  what.pasts = {{4, 0, 2, {}}};
  stage.core.resume_job({job, "f", false, 0, {}}, what, stage.now);
  stage.add_worker(1);
  stage.add_worker(2);
  CAF_CHECK(!stage.core.reconcile(2, {{{7, 6}, job, {3, 6}, 1}}, stage.now)
               .empty()); // With others it cannot have been alone.
  CAF_REQUIRE(
    stage.core.reconcile(1, {{{7, 5}, job, {4, 5}, 1}}, stage.now).empty());
  auto dead = stage.core.remove_worker(1, stage.now);
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  CAF_CHECK_EQUAL(dead[0].index, 4u);
}

// -- after a connection was lost ----------------------------------------------

CAF_TEST(a_worker_that_joins_again_keeps_what_is_current) {
  struct row {
    const char* what;
    index_range rest;
    bool kept;
    uint64_t ready; // Tasks of the lease that others may run.
  };
  const row rows[] = {
    {"all of it", {0, 10}, true, 0},
    {"it handed a part back", {0, 7}, true, 3},
    {"more than it was granted", {0, 11}, false, 10},
    {"slices of it are lost", {2, 10}, false, 10},
  };
  for (const auto& [what, rest, kept, ready] : rows) {
    CAF_MESSAGE(what);
    running_stage stage;
    auto ready_before = stage.core.ready_tasks();
    CAF_CHECK_EQUAL(
      stage.core.reconcile(1, {stage.held(rest)}, stage.now).empty(), kept);
    CAF_CHECK_EQUAL(stage.core.leases().find(stage.lease.lease) != nullptr,
                    kept);
    CAF_CHECK_EQUAL(stage.core.ready_tasks() - ready_before, ready);
  }
}

CAF_TEST(what_a_worker_does_not_list_is_ready_without_blame) {
  running_stage stage;
  auto stop = stage.core.reconcile(1, {}, stage.now);
  CAF_CHECK(stop == std::vector<lease_id>{stage.lease.lease});
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(1)->tasks, 0u);
  auto again = stage.dispatch().at(0);
  CAF_CHECK(again.range == (index_range{0, 10})); // In one piece: no crash.
  CAF_CHECK(again.first);                         // It has forgotten all jobs.
}

CAF_TEST(a_connection_that_flaps_raises_no_crash_counts) {
  running_stage stage;
  worker_id next = 2;
  for (int i = 0; i < 5; ++i) {
    CAF_CHECK(stage.core.remove_worker(next - 1, stage.now).empty());
    stage.add_worker(next);
    CAF_REQUIRE(
      stage.core.reconcile(next, {stage.held({0, 10})}, stage.now).empty());
    ++next;
  }
  auto held = *stage.core.leases().find(stage.lease.lease);
  CAF_CHECK_EQUAL(held.crashes, 0u);
  CAF_CHECK_EQUAL(held.worker, next - 1);
  CAF_CHECK_EQUAL(name_of(stage.verdict(0, {0, 10}, next - 1)), "accept");
  CAF_CHECK_EQUAL(name_of(stage.verdict(0, {0, 10}, next - 2)), "refused");
}

CAF_TEST(a_task_alone_on_a_flapping_connection_is_not_blamed) {
  dispatcher_stage stage;
  dispatcher::resumption what{1, {{0, 1}}, {}, 0, 0};
  what.pasts = {{0, 0, 1, {}}};
  stage.core.resume_job({job, "f", false, 0, {}}, what, stage.now);
  stage.add_worker(1);
  auto lease = stage.dispatch().at(0);
  for (worker_id id = 1; id < 9; ++id) {
    CAF_CHECK(stage.core.remove_worker(id, stage.now).empty());
    stage.add_worker(id + 1);
    CAF_REQUIRE(
      stage.core.reconcile(id + 1, {{lease.lease, job, {0, 1}, 1}}, stage.now)
        .empty());
  }
  CAF_CHECK_EQUAL(stage.core.leases().find(lease.lease)->blamed, 1u);
}

CAF_TEST(crashes_of_others_in_between_count) {
  running_stage stage;
  stage.core.remove_worker(1, stage.now);
  stage.add_worker(2, 100);
  stage.dispatch(); // The pieces of it.
  stage.core.remove_worker(2, stage.now);
  stage.add_worker(3);
  CAF_REQUIRE(
    stage.core.reconcile(3, {stage.held({0, 10})}, stage.now).empty());
  CAF_CHECK_EQUAL(stage.core.leases().find(stage.lease.lease)->crashes, 2u);
}

CAF_TEST(what_others_run_meanwhile_stays_theirs) {
  running_stage stage;
  stage.core.remove_worker(1, stage.now);
  stage.add_worker(2);
  auto theirs = stage.dispatch().at(0);
  CAF_CHECK_EQUAL(theirs.range.begin, 0u);
  stage.add_worker(3);
  auto stop = stage.core.reconcile(3, {stage.held({0, 10})}, stage.now);
  CAF_CHECK(stop == std::vector<lease_id>{stage.lease.lease});
  CAF_CHECK_EQUAL(name_of(stage.verdict(0, {0, 10}, 3)), "refused");
}

CAF_TEST(a_lease_goes_on_behind_a_slice_that_is_being_recorded) {
  running_stage stage;
  auto first = stage.part(stage.lease, 0, {0, 4});
  stage.core.begin_accept(first, stage.now);
  stage.core.remove_worker(1, stage.now);
  stage.add_worker(2);
  // Its answer cannot have come, so the worker holds all of it.
  CAF_REQUIRE(
    stage.core.reconcile(2, {stage.held({0, 10})}, stage.now).empty());
  CAF_CHECK_EQUAL(stage.core.load_of(2)->tasks, 10u);
  CAF_CHECK_EQUAL(name_of(stage.verdict(0, {0, 4}, 2)), "duplicate");
  CAF_CHECK(!stage.core.is_recorded(stage.lease.lease, 4));
  stage.core.end_accept(first, stage.now);
  CAF_CHECK(stage.core.is_recorded(stage.lease.lease, 4));
  CAF_CHECK_EQUAL(stage.core.load_of(2)->tasks, 6u);
  auto second = stage.part(stage.lease, 1, {4, 10});
  CAF_REQUIRE_EQUAL(name_of(stage.core.judge(2, second)), "accept");
  stage.accept(second);
  CAF_CHECK_EQUAL(stage.core.leases().size(), 0u);
  CAF_CHECK_EQUAL(stage.core.load_of(2)->leases, 0u);
  CAF_CHECK_EQUAL(stage.report_of(job).succeeded, 10u);
}

CAF_TEST(a_worker_that_ran_nothing_is_told_of_the_job_again) {
  running_stage stage;
  CAF_CHECK(stage.lease.first);
  stage.accept(stage.whole(stage.lease));
  auto next = stage.dispatch().at(0);
  CAF_CHECK(!next.first);
  stage.core.trimmed(1, next.lease, next.range.begin);
  CAF_CHECK(stage.dispatch().at(0).first);
}

// -- what the store must note -------------------------------------------------

CAF_TEST(failed_attempts_and_blame_are_noted) {
  dispatcher_stage stage;
  stage.add_worker(1);
  stage.add_range_job(job, 1, "f", {10ms, 10ms, 2});
  auto first = stage.dispatch().at(0);
  auto what = stage.whole(first, {0});
  stage.core.begin_accept(what, stage.now);
  auto notes = stage.core.take_notes();
  CAF_REQUIRE_EQUAL(notes.setbacks.size(), 1u);
  CAF_CHECK_EQUAL(notes.setbacks[0].job, job);
  CAF_CHECK_EQUAL(notes.setbacks[0].index, 0u);
  CAF_CHECK(!notes.setbacks[0].blamed);
  CAF_CHECK_EQUAL(notes.setbacks[0].what.text, "no luck");
  stage.core.end_accept(what, stage.now);
  stage.now += 1s;
  // It fails for good: the dead letter says it all.
  auto last = stage.dispatch().at(0);
  CAF_CHECK_EQUAL(stage.accept(stage.whole(last, {0})).size(), 1u);
  CAF_CHECK(stage.core.take_notes().setbacks.empty());
}

CAF_TEST(a_crash_that_a_task_is_blamed_for_is_noted) {
  dispatcher_stage stage;
  stage.add_range_job(job, 1);
  size_t noted = 0;
  for (worker_id id = 1; id <= 5; ++id) {
    stage.add_worker(id);
    stage.dispatch();
    auto dead = stage.core.remove_worker(id, stage.now);
    CAF_CHECK_EQUAL(dead.size(), id == 5 ? 1u : 0u);
    for (const auto& x : stage.core.take_notes().setbacks) {
      CAF_CHECK(x.blamed && x.job == job && x.index == 0);
      CAF_CHECK(x.what.code == errc::kills_workers);
      ++noted;
    }
  }
  CAF_CHECK_EQUAL(noted, 2u); // Twice without blame, the fifth is its end.
}

CAF_TEST(fatal_errors_are_noted_once_with_their_record) {
  running_stage stage;
  auto what = stage.whole(stage.lease);
  what.fatal = {errc::integer_overflow, "too much"};
  stage.core.begin_accept(what, stage.now);
  auto notes = stage.core.take_notes();
  CAF_REQUIRE_EQUAL(notes.fatals.size(), 1u);
  CAF_CHECK(notes.fatals[0].first == job
            && notes.fatals[0].second.code == errc::integer_overflow);
  stage.core.end_accept(what, stage.now);
  CAF_CHECK(stage.core.take_notes().fatals.empty());
  CAF_CHECK(stage.report_of(job).fatal.code == errc::integer_overflow);
}

CAF_TEST(too_many_dead_letters_are_noted) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::job_terms terms{job, "f", false, 1, {10ms, 10ms, 1}};
  terms.max_dead = 1;
  stage.core.add_job(terms);
  stage.accept(stage.whole(stage.dispatch().at(0), {0}));
  auto notes = stage.core.take_notes();
  CAF_REQUIRE_EQUAL(notes.fatals.size(), 1u);
  CAF_CHECK(notes.fatals[0].second.code == errc::too_many_dead);
}

CAF_TEST(a_new_coordinator_is_told_of_all_jobs) {
  dispatcher_stage stage;
  stage.add_range_job(1, 5);
  stage.add_range_job(2, 5);
  stage.core.take_reports();
  CAF_CHECK(stage.core.take_reports().empty());
  stage.core.report_all();
  CAF_CHECK_EQUAL(stage.core.take_reports().size(), 2u);
  CAF_CHECK_EQUAL(stage.core.known_jobs().size(), 2u);
}
