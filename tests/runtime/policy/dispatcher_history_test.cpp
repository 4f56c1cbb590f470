#define CAF_SUITE dispatcher_history

#include "runtime/policy/dispatcher.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

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
