#define CAF_SUITE scheduler_questions

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/scheduler_fixture.hpp"

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;

namespace {

struct fixed_clock final : wall_clock {
  int64_t now_us() const override {
    return 42;
  }
};

/// A scheduler whose events the test sees.
struct fixture : test::scheduler_fixture {
  fixture() {
    end(subject);
    scheduler_options options;
    options.term = test::scheduler_term;
    options.store = store.as<store_actor>();
    options.membership = membership.as<membership_actor>();
    options.publish = [this](events x) {
      ++messages;
      for (auto& item : x.items)
        told.push_back(std::move(item));
    };
    options.wall = &clock;
    options.log = log;
    subject = sys.spawn(scheduler, options);
    sched.run();
  }

  template <class Reply, class Question>
  Reply ask(const Question& question) {
    Reply found{};
    why = {};
    auto pending = people.ask(subject, question);
    sched.run();
    pending.receive([&](const Reply& x) { found = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return found;
  }

  /// Runs everything that a worker holds; all of it fails.
  void fail_all(test::puppet& worker) {
    for (const auto& lease : leases_of(worker)) {
      auto what = slice_of(lease);
      for (auto i = lease.range.begin; i < lease.range.end; ++i)
        what.failed.push_back({i, errc::function_failed, "no luck", 0});
      what.results = test::inline_body(test::packed_of({}));
      tell(worker, slices{{what}});
    }
    record();
  }

  fixed_clock clock;
  test::puppet people{sys};
  std::vector<event> told;
  size_t messages = 0;
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_questions_tests, fixture)

CAF_TEST(tasks_and_shares_of_a_job_are_told) {
  up(one, 1);
  add_range_job(1, 5);
  auto found = ask<task_listing>(list_tasks{1, 0, 0, 0, 100});
  CAF_REQUIRE(!found.items.empty());
  CAF_CHECK(found.items[0].state == task_state::leased);
  CAF_CHECK_EQUAL(found.items[0].node, "w1");
  CAF_CHECK_EQUAL(found.items.back().range.end, 5u);
  auto shares = ask<job_shares>(list_shares{1});
  CAF_REQUIRE_EQUAL(shares.items.size(), 1u);
  CAF_CHECK(shares.items[0].leased > 0);
  ask<task_listing>(list_tasks{2, 0, 0, 0, 100});
  CAF_CHECK(why.code == errc::unknown_job);
  ask<job_shares>(list_shares{2});
  CAF_CHECK(why.code == errc::unknown_job);
  ask<task_listing>(list_tasks{1, 0, 0, 0, 0});
  CAF_CHECK(why.code == errc::protocol_violation);
}

CAF_TEST(a_failed_attempt_is_an_event_and_part_of_the_load) {
  up(one, 1);
  add_range_job(1, 1, 1);
  fail_all(one);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].kind == event_kind::task_failed);
  CAF_CHECK_EQUAL(told[0].job, 1u);
  CAF_CHECK_EQUAL(told[0].node, "w1");
  CAF_CHECK_EQUAL(told[0].text, "no luck");
  CAF_CHECK_EQUAL(told[0].at_us, 42u);
  auto load = ask<cluster_load>(show_load_atom::value);
  CAF_CHECK_EQUAL(load.jobs, 1u);
  CAF_CHECK_EQUAL(load.failed, 1u);
  CAF_CHECK_EQUAL(load.backoff, 1u);
  CAF_CHECK_EQUAL(load.failures.size(), 1u);
  pass(1min);
  fail_all(one);
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[1].kind == event_kind::task_dead);
}

CAF_TEST(very_many_failures_are_few_events) {
  up(one, 1, 100'000);
  up(two, 2, 100'000);
  add_range_job(1, 20'000, 0);
  for (int i = 0; i < 300; ++i) {
    fail_all(one);
    fail_all(two);
  }
  CAF_CHECK(told.size() <= failure_log::news_max);
  pass(failure_log::interval);
  CAF_CHECK(told.size() <= failure_log::news_max + 1);
  CAF_CHECK(contains(told.back().text, "more tasks of the job were given up"));
}

CAF_TEST_FIXTURE_SCOPE_END()
