#define CAF_SUITE coordinator_questions

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;

namespace {

struct fixture : test::cluster_fixture {
  template <class Reply, class Question>
  Reply ask(const Question& question) {
    Reply found{};
    why = {};
    auto pending = people.ask(now().coordinator, question);
    sched.run();
    pending.receive([&](const Reply& x) { found = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return found;
  }

  /// Renders the tasks of a job as `state[begin, end)`.
  std::string tasks(job_id job, uint32_t states = 0) {
    std::string text;
    for (const auto& x :
         ask<task_listing>(list_tasks{job, states, 0, 0, 100}).items)
      text += (text.empty() ? "" : " ")
              + std::string{to_string(x.state)}.substr(0, 1)
              + to_string(x.range);
    return text;
  }

  void cordon(cordon_kind what) {
    auto pending = people.ask(now().membership, cordon_node{"w1", what, 0});
    sched.run();
    pending.receive([](const node_info&) {},
                    [](const caf::error&) { CAF_FAIL("no such node"); });
  }

  /// A job that failed early and whose dead letters wait to be run again.
  job_id requeued(uint64_t first) {
    auto item = range_job("fail", first, 10'000'000, "count");
    item.spec.options.retries = 0;
    item.spec.options.max_dead = 1;
    auto job = submit(std::move(item));
    pass(1s);
    CAF_REQUIRE(job.watch->ended);
    CAF_REQUIRE(job.watch->status.cancelled > 0);
    cordon(cordon_kind::cordon);
    CAF_CHECK(ask<dead_changed>(requeue_dead{{job.id(), false, 0, ""}}).letters
              > 0);
    return job.id();
  }

  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_questions_tests, fixture)

CAF_TEST(an_unknown_job_is_an_error) {
  start();
  ask<task_listing>(list_tasks{77, 0, 0, 0, 1});
  CAF_CHECK(why.code == errc::unknown_job);
  ask<job_shares>(list_shares{77});
  CAF_CHECK(why.code == errc::unknown_job);
  ask<task_listing>(list_tasks{77, 0, 0, 0, 0});
  CAF_CHECK(why.code == errc::protocol_violation);
}

CAF_TEST(a_job_that_runs_is_listed_by_the_scheduler) {
  start();
  cordon(cordon_kind::cordon);
  auto job = submit(range_job("echo", 0, 10, "count"));
  auto text = tasks(job.id());
  CAF_CHECK_EQUAL(text, "r[0, 10)");
  CAF_CHECK(ask<job_shares>(list_shares{job.id()}).items.empty());
  CAF_CHECK(why.code == errc::ok);
}

CAF_TEST(a_job_that_succeeded_is_known_by_its_counts) {
  start();
  auto job = submit(range_job("echo", 0, 10, "count"));
  pass(1s);
  CAF_REQUIRE(job.watch->ended);
  auto text = tasks(job.id());
  CAF_CHECK_EQUAL(text, "s[0, 10)");
  text = tasks(job.id(), 1u << static_cast<uint32_t>(task_state::dead));
  CAF_CHECK_EQUAL(text, "");
  ask<job_shares>(list_shares{job.id()});
  CAF_CHECK(why.code == errc::job_ended);
  CAF_CHECK(contains(why.text, "has ended"));
}

CAF_TEST(which_tasks_were_cancelled_before_a_requeue_is_not_known) {
  start();
  auto job = requeued(0); // The first task succeeds, the second does not.
  auto check = [&] {
    auto text = tasks(job);
    CAF_CHECK_EQUAL(text, "");
    CAF_CHECK(why.code == errc::job_not_ended);
    CAF_CHECK(contains(why.text, "was requeued"));
    tasks(job, 1u << static_cast<uint32_t>(task_state::dead));
    CAF_CHECK(why.code == errc::ok);
    text = tasks(job, 1u << static_cast<uint32_t>(task_state::ready));
    CAF_CHECK(contains(text, "r["));
  };
  check();
  CAF_MESSAGE("nor by a coordinator that was restarted");
  caf::anon_send_exit(now().coordinator, caf::exit_reason::kill);
  pass(10s);
  check();
}

CAF_TEST(tasks_of_which_none_had_succeeded_before_a_requeue_were_cancelled) {
  start();
  auto job = requeued(1); // The very first task dies.
  auto text = tasks(job);
  CAF_CHECK(why.code == errc::ok);
  CAF_CHECK(contains(text, " c["));
  CAF_CHECK(!contains(text, "s["));
}

CAF_TEST(a_job_cancelled_before_it_ran_is_known) {
  start();
  cordon(cordon_kind::cordon);
  auto job = submit(range_job("echo", 0, 10, "count"));
  ask<job_status>(cancel_job{job.id()});
  pass(1s);
  auto text = tasks(job.id());
  CAF_CHECK_EQUAL(text, "c[0, 10)");
}

CAF_TEST_FIXTURE_SCOPE_END()
