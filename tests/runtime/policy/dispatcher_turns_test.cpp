#define CAF_SUITE dispatcher_turns

#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Workers that take exactly as long as the estimates say.
struct fixture : test::dispatcher_stage {
  void add(job_id id, uint64_t tasks, job_rank rank = {},
           std::string function = "f") {
    dispatcher::job_terms terms;
    terms.id = id;
    terms.function = std::move(function);
    terms.payload = false;
    terms.tasks = tasks;
    terms.added_at = now;
    terms.rank = rank;
    core.add_job(terms);
  }

  /// Dispatches, and ends all that was granted, every 10 ms; counts the tasks
  /// that each job got.
  std::map<job_id, uint64_t> run(std::chrono::milliseconds time) {
    std::map<job_id, uint64_t> result;
    for (auto end = now + time; now < end; now += 10ms)
      for (const auto& what : dispatch()) {
        result[what.job] += what.range.size();
        auto done = whole(what);
        done.busy_ns = what.range.size() * 1'000'000;
        accept(done);
      }
    return result;
  }
};

constexpr uint64_t many = 100'000'000;

} // namespace

CAF_TEST_FIXTURE_SCOPE(dispatcher_turns_tests, fixture)

CAF_TEST(a_late_small_job_is_not_stuck_behind_a_huge_one) {
  teach("f", 1ms);
  add_worker(1, 2);
  add(1, many);
  run(1s);
  add(2, 100);
  auto got = run(200ms);
  CAF_CHECK_EQUAL(got[2], 100u);
}

CAF_TEST(jobs_of_equal_priority_share_by_weight) {
  teach("f", 1ms);
  add_worker(1, 2);
  add(1, many, {0, 1});
  add(2, many, {0, 3});
  auto got = run(20s);
  auto ratio = static_cast<double>(got[2]) / static_cast<double>(got[1]);
  CAF_MESSAGE(got[1] << " and " << got[2]);
  CAF_CHECK(ratio > 2.9 && ratio < 3.1);
}

CAF_TEST(shares_hold_across_functions) {
  teach("f", 1ms);
  teach("g", 1ms);
  add_worker(1, 2, {"f", "g"});
  add(1, many, {0, 1}, "f");
  add(2, many, {0, 1}, "g");
  auto got = run(20s);
  auto ratio = static_cast<double>(got[2]) / static_cast<double>(got[1]);
  CAF_MESSAGE(got[1] << " and " << got[2]);
  CAF_CHECK(ratio > 0.95 && ratio < 1.05);
}

CAF_TEST(a_higher_priority_goes_first_but_nothing_starves) {
  teach("f", 1ms);
  teach("g", 1ms);
  add_worker(1, 2, {"f", "g"});
  add(1, many, {0, 1}, "f");
  add(2, many, {0, 1}, "g");
  add(3, many, {1, 1}, "f");
  CAF_CHECK_EQUAL(run(29s).size(), 1u);
  auto got = run(120s);
  CAF_MESSAGE(got[1] << ", " << got[2] << " and " << got[3]);
  CAF_CHECK(got[1] > 0 && got[2] > 0);
  CAF_CHECK((got[1] + got[2]) * 50 < got[3]);
  CAF_MESSAGE("the others have everything when it is gone");
  core.remove_job(3);
  got = run(1s);
  CAF_CHECK(got[1] > 400 && got[2] > 400);
}

CAF_TEST(ten_thousand_equal_jobs_are_served_in_their_order) {
  teach("f", 1ms);
  add_worker(1, 2);
  for (job_id id = 1; id <= 10'000; ++id)
    add(id, 1);
  job_id last = 0;
  for (; last < 10'000; now += 10ms)
    for (const auto& what : dispatch()) {
      CAF_REQUIRE_EQUAL(what.job, last + 1);
      ++last;
      accept(whole(what));
    }
}

CAF_TEST_FIXTURE_SCOPE_END()
