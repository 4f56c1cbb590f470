#define CAF_SUITE dispatcher_history

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;
using troupe::test::packed_inputs;

namespace {

struct history_stage : dispatcher_stage {
  /// A job of range tasks with two attempts each.
  void add_job(job_id id, uint64_t tasks) {
    dispatcher::job_terms terms{id, "f", false, tasks, {}};
    terms.retry = {10ms, 10ms, 2};
    terms.added_at = now;
    core.add_job(terms);
  }

  dispatcher::granted only_grant() {
    auto grants = dispatch();
    CAF_REQUIRE_EQUAL(grants.size(), 1u);
    return grants[0];
  }

  static slice failing(const dispatcher::granted& of, std::string text,
                       std::chrono::microseconds took) {
    auto what = whole(of);
    for (auto i = of.range.begin; i < of.range.end; ++i)
      what.failed.push_back(
        {i, errc::bad_input, text, static_cast<uint64_t>(took.count())});
    return what;
  }
};

} // namespace

CAF_TEST(a_dead_letter_tells_of_all_its_attempts) {
  history_stage stage;
  stage.now += 1h;
  stage.add_job(1, 1);
  stage.add_worker(1);
  auto first = stage.only_grant();
  stage.now += 5s;
  CAF_CHECK(stage.accept(stage.failing(first, "odd", 2s)).empty());
  stage.core.remove_worker(1, stage.now);
  stage.now += 5s;
  stage.add_worker(2);
  auto dead = stage.accept(stage.failing(stage.only_grant(), "even", 1s));
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  const auto& history = dead[0].history;
  CAF_REQUIRE_EQUAL(history.size(), 2u);
  CAF_CHECK(history[0]
            == (attempt_record{1, errc::bad_input, "odd", "node1", 3'000'000,
                               2'000'000}));
  CAF_CHECK(history[1]
            == (attempt_record{2, errc::bad_input, "even", "node2", 9'000'000,
                               1'000'000}));
}

CAF_TEST(crashes_stand_in_the_history_of_a_suspect) {
  history_stage stage;
  stage.add_job(1, 1);
  std::vector<dead_letter> dead;
  for (int i = 0; i < 10 && dead.empty(); ++i) {
    stage.add_worker(1);
    stage.only_grant();
    stage.now += 2s;
    dead = stage.core.remove_worker(1, stage.now);
  }
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  CAF_REQUIRE_EQUAL(dead[0].history.size(), 3u);
  for (const auto& x : dead[0].history) {
    CAF_CHECK(x.code == errc::kills_workers);
    CAF_CHECK_EQUAL(x.node, "node1");
    CAF_CHECK_EQUAL(x.duration_us, 2'000'000u);
  }
  CAF_CHECK_EQUAL(dead[0].history[2].started_us, 8'000'000u);
}

CAF_TEST(success_ends_a_history) {
  history_stage stage;
  stage.add_job(1, 3);
  stage.add_worker(1);
  for (int i = 0; i < 10; ++i) {
    for (const auto& x : stage.dispatch()) {
      auto what = stage.whole(x);
      if (x.attempt == 1 && x.range.contains(1))
        what.failed.push_back({1, errc::bad_input, "once", 5});
      CAF_CHECK(stage.accept(what).empty());
    }
    stage.now += 1s;
  }
  CAF_CHECK(stage.report_of(1).all_ended);
}

// -- jobs that go on ----------------------------------------------------------

CAF_TEST(a_resumed_job_runs_only_what_was_requeued) {
  history_stage stage;
  stage.add_worker(1);
  dispatcher::job_terms terms{1, "f", false, 0, {}};
  stage.core.resume_job(terms, {100, {{3, 4}, {10, 12}}, {}, 96, 1});
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
  history_stage stage;
  stage.add_worker(1);
  dispatcher::job_terms terms{1, "f", true, 0, {}};
  stage.core.resume_job(terms, {30,
                                {{9, 11}, {25, 26}},
                                {{{0, 10}, packed_inputs({0, 10})},
                                 {{10, 20}, packed_inputs({10, 20})},
                                 {{20, 30}, packed_inputs({20, 30})}},
                                27,
                                0});
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
  history_stage stage;
  dispatcher::job_terms terms{1, "f", true, 0, {}};
  stage.core.resume_job(
    terms, {30, {{9, 11}}, {{{0, 10}, packed_inputs({0, 9})}}, 28, 0});
  CAF_CHECK(stage.report_of(1).fatal.code == errc::internal);
}
