#define CAF_SUITE dispatcher_resume

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::packed_inputs;

namespace {

attempt_record attempt_of(uint32_t number, errc code, std::string text) {
  attempt_record result;
  result.attempt = number;
  result.code = code;
  result.text = std::move(text);
  return result;
}

} // namespace

// -- jobs whose dead letters were requeued ------------------------------------

CAF_TEST(a_resumed_job_runs_only_what_was_requeued) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::job_terms terms{1, "f", false, 0, {}};
  stage.core.resume_job(terms, {100, {{3, 4}, {10, 12}}, {}, 96, 1}, stage.now);
  uint64_t ran = 0;
  for (int i = 0; i < 10; ++i)
    for (const auto& x : stage.dispatch()) {
      for (auto t = x.range.begin; t < x.range.end; ++t)
        CAF_CHECK(t == 3 || t == 10 || t == 11);
      ran += x.range.size();
      stage.accept(stage.whole(x));
    }
  CAF_CHECK_EQUAL(ran, 3u);
  auto report = stage.report_of(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.tasks, 100u);
  CAF_CHECK_EQUAL(report.succeeded, 99u);
  CAF_CHECK_EQUAL(report.dead, 1u);
}

CAF_TEST(a_resumed_job_gets_the_inputs_that_were_kept) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::job_terms terms{1, "f", true, 0, {}};
  stage.core.resume_job(terms,
                        {30,
                         {{9, 11}, {25, 26}},
                         {{{0, 10}, packed_inputs({0, 10})},
                          {{10, 20}, packed_inputs({10, 20})},
                          {{20, 30}, packed_inputs({20, 30})}},
                         27,
                         0},
                        stage.now);
  for (int i = 0; i < 10; ++i)
    for (const auto& x : stage.dispatch()) {
      auto view = packed_view::parse(x.inputs.view());
      CAF_REQUIRE(view && view->size() == x.range.size());
      CAF_CHECK_EQUAL((*view)[0], std::to_string(x.range.begin));
      stage.accept(stage.whole(x));
    }
  auto report = stage.report_of(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.succeeded, 30u);
  CAF_CHECK_EQUAL(stage.core.chunks_of(1), 0u);
}

CAF_TEST(kept_inputs_that_do_not_fit_make_the_job_fail) {
  dispatcher_stage stage;
  dispatcher::job_terms terms{1, "f", true, 0, {}};
  stage.core.resume_job(
    terms, {30, {{9, 11}}, {{{0, 10}, packed_inputs({0, 9})}}, 28, 0},
    stage.now);
  CAF_CHECK(stage.report_of(1).fatal.code == errc::internal);
}

// -- jobs whose scheduler was lost --------------------------------------------

CAF_TEST(a_resumed_job_says_what_became_of_it_before) {
  dispatcher_stage stage;
  dispatcher::resumption what{100, {{50, 100}}, {}, 48, 2};
  what.attempts = 57;
  what.first_dead = "task 7: no luck";
  stage.core.resume_job({1, "f", false, 0, {}}, what, stage.now);
  auto report = stage.report_of(1);
  CAF_CHECK_EQUAL(report.succeeded, 48u);
  CAF_CHECK_EQUAL(report.dead, 2u);
  CAF_CHECK_EQUAL(report.attempts, 57u);
  CAF_CHECK_EQUAL(report.first_dead, "task 7: no luck");
  CAF_CHECK(!report.all_ended);
}

CAF_TEST(a_resumed_job_that_is_open_takes_more_inputs) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{
    10, {{8, 10}}, {{{0, 10}, packed_inputs({0, 10})}}, 8, 0};
  what.closed = false;
  stage.core.resume_job({1, "f", true, 0, {}}, what, stage.now);
  uint64_t ran = 0;
  auto run_all = [&] {
    for (int i = 0; i < 10; ++i)
      for (const auto& x : stage.dispatch()) {
        ran += x.range.size();
        stage.accept(stage.whole(x));
      }
  };
  run_all();
  CAF_CHECK_EQUAL(ran, 2u);
  CAF_CHECK(!stage.report_of(1).all_ended);
  stage.add_inputs(1, {10, 13}, true);
  run_all();
  CAF_CHECK_EQUAL(ran, 5u);
  auto report = stage.report_of(1);
  CAF_CHECK(report.all_ended && report.fatal.code == errc::ok);
  CAF_CHECK_EQUAL(report.succeeded, 13u);
}

CAF_TEST(a_job_that_must_fail_runs_nothing_more) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{10, {{0, 10}}, {}, 0, 0};
  what.fatal = {errc::integer_overflow, "too much"};
  stage.core.resume_job({1, "f", false, 0, {}}, what, stage.now);
  CAF_CHECK(stage.dispatch().empty());
  CAF_CHECK(stage.report_of(1).fatal.code == errc::integer_overflow);
  CAF_CHECK(stage.core.take_notes().fatals.empty()); // The store told us.
}

CAF_TEST(failed_tasks_go_on_counting_their_attempts) {
  dispatcher_stage stage;
  stage.add_worker(1, 4);
  dispatcher::resumption what{10, {{0, 10}}, {}, 0, 0};
  what.pasts = {{2, 1, 0, {attempt_of(1, errc::function_failed, "first")}},
                {3, 1, 0, {}},
                {7,
                 2,
                 0,
                 {attempt_of(1, errc::function_failed, "one"),
                  attempt_of(2, errc::function_failed, "two")}}};
  retry_policy retry{100ms, 1000ms, 3};
  stage.core.resume_job({1, "f", false, 0, retry}, what, stage.now);
  std::map<task_index, uint32_t> attempts;
  std::vector<dead_letter> dead;
  CAF_REQUIRE(stage.core.next_due());
  for (int i = 0; i < 50; ++i) {
    for (const auto& x : stage.dispatch()) {
      for (auto t = x.range.begin; t < x.range.end; ++t)
        attempts.emplace(t, x.attempt);
      auto fails = x.range.contains(7) ? std::vector<task_index>{7}
                                       : std::vector<task_index>{};
      for (auto& letter : stage.accept(stage.whole(x, fails)))
        dead.push_back(std::move(letter));
    }
    stage.now += 50ms;
  }
  for (task_index t = 0; t < 10; ++t) {
    auto want = t == 7 ? 3u : t == 2 || t == 3 ? 2u : 1u;
    CAF_CHECK_EQUAL(attempts[t], want);
  }
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  CAF_CHECK_EQUAL(dead[0].index, 7u);
  CAF_REQUIRE_EQUAL(dead[0].history.size(), 3u);
  CAF_CHECK_EQUAL(dead[0].history[0].text, "one");
  CAF_CHECK_EQUAL(dead[0].history[1].text, "two");
}

CAF_TEST(failed_tasks_wait_for_their_attempt_again) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{1, {{0, 1}}, {}, 0, 0};
  what.pasts = {{0, 1, 0, {}}};
  retry_policy retry{10'000ms, 10'000ms, 3};
  stage.core.resume_job({1, "f", false, 0, retry}, what, stage.now);
  CAF_CHECK(stage.dispatch().empty());
  auto due = stage.core.next_due();
  CAF_REQUIRE(due);
  CAF_CHECK(*due > stage.now && *due < stage.now + 10s);
  stage.now = *due;
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
}

CAF_TEST(a_blamed_task_is_alone_again_and_blamed_further) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{10, {{0, 10}}, {}, 0, 0};
  what.pasts = {{4, 0, 2, {attempt_of(1, errc::kills_workers, "lost")}}};
  stage.core.resume_job({1, "f", false, 0, {}}, what, stage.now);
  CAF_CHECK_EQUAL(stage.core.suspects(), 1u);
  auto first = stage.dispatch();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  CAF_CHECK(first[0].range == (index_range{4, 5}));
  auto dead = stage.core.remove_worker(1, stage.now);
  CAF_REQUIRE_EQUAL(dead.size(), 1u); // The third time.
  CAF_CHECK_EQUAL(dead[0].index, 4u);
  CAF_CHECK(dead[0].code == errc::kills_workers);
  CAF_CHECK_EQUAL(dead[0].history.size(), 2u);
}

CAF_TEST(dead_letters_before_count_for_the_limit) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{10, {{9, 10}}, {}, 0, 9};
  dispatcher::job_terms terms{1, "f", false, 0, {10ms, 10ms, 1}};
  terms.max_dead = 10;
  stage.core.resume_job(terms, what, stage.now);
  auto last = stage.dispatch().at(0);
  stage.accept(stage.whole(last, {9}));
  CAF_CHECK(stage.report_of(1).fatal.code == errc::too_many_dead);
}

CAF_TEST(inputs_that_are_known_change_nothing) {
  dispatcher_stage stage;
  stage.add_chunk_job(1);
  stage.add_inputs(1, {0, 5});
  stage.add_inputs(1, {0, 5});
  auto report = stage.report_of(1);
  CAF_CHECK_EQUAL(report.tasks, 5u);
  CAF_CHECK(report.fatal.code == errc::ok);
  CAF_CHECK_EQUAL(stage.core.ready_tasks(), 5u);
  stage.add_inputs(1, {0, 5}, true); // But for their mark.
  stage.add_worker(1);
  for (int i = 0; i < 10; ++i)
    for (const auto& x : stage.dispatch())
      stage.accept(stage.whole(x));
  CAF_CHECK(stage.report_of(1).all_ended);
}

// -- grace --------------------------------------------------------------------

CAF_TEST(resumed_jobs_wait_for_the_nodes_that_were_up) {
  struct row {
    const char* what;
    std::vector<worker_id> joined;
    duration passed;
    bool granted;
  };
  const row rows[] = {
    {"nobody is back", {}, 0ms, false},
    {"one of two", {1}, 1499ms, false},
    {"both", {1, 2}, 0ms, true},
    {"one does not come", {1}, 1500ms, true},
  };
  for (const auto& [what, joined, passed, granted] : rows) {
    CAF_MESSAGE(what);
    dispatcher_stage stage;
    stage.add_worker(1);
    stage.add_worker(2);
    stage.add_worker(3);
    dispatcher::resumption all{10, {{0, 10}}, {}, 0, 0};
    stage.core.resume_job({1, "f", false, 0, {}}, all, stage.now);
    stage.core.hold_back({"node1", "node2"}, stage.now + 1500ms);
    CAF_CHECK(stage.core.next_due() == stage.now + 1500ms);
    for (auto id : joined)
      CAF_CHECK(stage.core.reconcile(id, {}, stage.now).empty());
    stage.now += passed;
    CAF_CHECK_EQUAL(!stage.dispatch().empty(), granted);
    CAF_CHECK_EQUAL(!stage.core.next_due(), granted);
  }
}

CAF_TEST(new_jobs_do_not_wait_for_nodes) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption all{10, {{0, 10}}, {}, 0, 0};
  stage.core.resume_job({1, "f", false, 0, {}}, all, stage.now);
  stage.core.hold_back({"gone"}, stage.now + 1500ms);
  stage.add_range_job(2, 1);
  auto got = stage.dispatch();
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  CAF_CHECK_EQUAL(got[0].job, 2u);
}

CAF_TEST(suspects_wait_for_nodes_too) {
  dispatcher_stage stage;
  stage.add_worker(1);
  dispatcher::resumption what{1, {{0, 1}}, {}, 0, 0};
  what.pasts = {{0, 0, 1, {}}};
  stage.core.resume_job({1, "f", false, 0, {}}, what, stage.now);
  stage.core.hold_back({"gone"}, stage.now + 1500ms);
  CAF_CHECK(stage.dispatch().empty());
  stage.now += 1500ms;
  CAF_CHECK_EQUAL(stage.dispatch().size(), 1u);
}

CAF_TEST(nodes_that_have_joined_are_not_awaited) {
  dispatcher_stage stage;
  stage.add_worker(1);
  stage.core.reconcile(1, {}, stage.now);
  stage.add_range_job(1, 5);
  stage.core.hold_back({"node1"}, stage.now + 1500ms);
  CAF_CHECK(!stage.dispatch().empty());
}
