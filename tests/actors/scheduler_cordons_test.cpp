#define CAF_SUITE scheduler_cordons

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/scheduler_fixture.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::packed_of;
using test::puppet;

namespace {

struct fixture : test::scheduler_fixture {
  void cordon(worker_id worker, cordon_kind what,
              std::chrono::milliseconds timeout = 0ms) {
    tell(membership, worker_cordon{worker, what, timeout});
  }

  task_explanation explain(job_id job, std::optional<task_index> index = {}) {
    task_explanation result;
    why = {};
    auto pending = coordinator.ask(
      subject, explain_task{job, index.has_value(), index.value_or(0)});
    sched.run();
    pending.receive([&](const task_explanation& x) { result = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return result;
  }

  /// Worker 1 has the one task of job 1; worker 2 has nothing.
  void share_a_job() {
    up(one, 1);
    add_job(1, {"a"});
    first = only_lease_of(one);
    up(two, 2);
  }

  /// Worker 1 has all tasks of job 1; returns its leases.
  std::vector<grant> lease_all(const std::vector<std::string>& inputs) {
    up(one, 1);
    add_job(9, {"x"}); // From now on it is known how fast they are.
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
    tell(coordinator, unschedule{{9}});
    recorded.clear();
    add_job(1, inputs);
    auto leases = leases_of(one);
    CAF_REQUIRE_EQUAL(tasks_of(leases), inputs.size());
    return leases;
  }

  static uint64_t tasks_of(const std::vector<grant>& leases) {
    uint64_t result = 0;
    for (const auto& x : leases)
      result += x.range.size();
    return result;
  }

  /// Checks that a worker was asked for all that it has not begun.
  void check_unstarted(puppet& worker, const std::vector<grant>& leases) {
    auto trims = worker.take_items<trim_leases>();
    CAF_REQUIRE_EQUAL(trims.size(), leases.size());
    for (size_t i = 0; i < trims.size(); ++i) {
      CAF_CHECK(trims[i].lease == leases[i].lease);
      CAF_CHECK_EQUAL(trims[i].end, leases[i].range.begin);
      CAF_CHECK(!trims[i].stop);
    }
  }

  grant first;
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_cordons_tests, fixture)

CAF_TEST(a_cordoned_worker_gets_nothing_new_and_goes_on) {
  share_a_job();
  cordon(1, cordon_kind::cordon);
  CAF_CHECK(one.take_items<trim_leases>().empty());
  add_job(2, {"b"});
  CAF_CHECK(leases_of(one).empty());
  CAF_CHECK_EQUAL(leases_of(two).size(), 1u);
  tell(one, slices{{slice_of(first)}});
  record();
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].accepted);
  cordon(2, cordon_kind::cordon);
  add_job(3, {"c"});
  CAF_CHECK(leases_of(one).empty());
  CAF_CHECK(leases_of(two).empty());
  cordon(1, cordon_kind::uncordon);
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
}

CAF_TEST(a_worker_may_come_cordoned) {
  worker_up terms;
  terms.worker = 1;
  terms.node = "w1";
  terms.handle = one.as();
  terms.window_tasks = 1000;
  terms.window_bytes = limits::worker_input_window_bytes;
  terms.functions = {{"f", "any", "null", "any", ""}};
  terms.cordoned = true;
  tell(membership, terms);
  add_job(1, {"a"});
  CAF_CHECK(leases_of(one).empty());
  cordon(1, cordon_kind::uncordon);
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
}

CAF_TEST(a_drained_worker_gives_back_what_it_has_not_begun) {
  auto leases = lease_all({"a", "b", "c", "d"});
  cordon(1, cordon_kind::drain, 30s);
  check_unstarted(one, leases);
  up(two, 2);
  CAF_CHECK(leases_of(two).empty()); // The worker has the last word.
  trimmed_leases answer;
  for (const auto& x : leases)
    answer.items.push_back({x.lease, x.range.begin, false});
  ++answer.items.front().end; // This one has begun.
  tell(one, answer);
  CAF_CHECK_EQUAL(tasks_of(leases_of(two)), 3u);
  CAF_CHECK(leases_of(one).empty());
}

CAF_TEST(what_runs_for_too_long_is_handed_back_without_blame) {
  share_a_job();
  cordon(1, cordon_kind::drain, 1s);
  one.take_items<trim_leases>();
  tell(one, trimmed_leases{{{first.lease, 1}}}); // It runs already.
  pass(950ms);
  CAF_CHECK(one.take_items<trim_leases>().empty());
  CAF_CHECK(leases_of(two).empty());
  pass(100ms);
  auto stops = one.take_items<trim_leases>();
  CAF_REQUIRE_EQUAL(stops.size(), 1u);
  CAF_CHECK(stops[0].lease == first.lease);
  CAF_CHECK(stops[0].stop);
  auto again = only_lease_of(two);
  CAF_CHECK((again.range == first.range));
  CAF_CHECK_EQUAL(again.attempt, 1u);
  // What it delivers all the same is refused: it is not merged twice.
  tell(one, slices{{slice_of(first)}});
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(!answers[0].accepted);
  CAF_CHECK(recorded.empty());
}

CAF_TEST(what_ends_in_time_is_not_handed_back) {
  share_a_job();
  cordon(1, cordon_kind::drain, 1s);
  one.take_items<trim_leases>();
  tell(one, slices{{slice_of(first)}});
  record();
  pass(2s);
  CAF_CHECK(one.take_items<trim_leases>().empty());
  CAF_CHECK_EQUAL(last_report(1).succeeded, 1u);
}

CAF_TEST(people_may_change_their_mind) {
  for (auto what : {cordon_kind::uncordon, cordon_kind::cordon}) {
    up(one, 1);
    add_job(1, {"a"});
    cordon(1, cordon_kind::drain, 1s);
    one.take_items<trim_leases>();
    cordon(1, what);
    pass(2s);
    CAF_CHECK(one.take_items<trim_leases>().empty());
    tell(coordinator, unschedule{{1}});
    one.take_items<trim_leases>();
    tell(membership, worker_gone{1});
  }
}

CAF_TEST(a_drained_worker_may_vanish) {
  share_a_job();
  cordon(1, cordon_kind::drain, 1s);
  tell(membership, worker_gone{1});
  CAF_CHECK_EQUAL(leases_of(two).size(), 1u);
  pass(2s);
  cordon(1, cordon_kind::drain, 0ms); // Of nobody.
  CAF_CHECK(two.take_items<trim_leases>().empty());
}

CAF_TEST(a_drain_without_time_takes_everything_at_once) {
  share_a_job();
  cordon(1, cordon_kind::drain, 0ms);
  pass(10ms);
  auto stops = one.take_items<trim_leases>();
  CAF_REQUIRE(!stops.empty());
  CAF_CHECK(stops.back().stop);
  CAF_CHECK_EQUAL(leases_of(two).size(), 1u);
}

CAF_TEST(a_drained_worker_that_joins_again_is_still_drained) {
  auto leases = lease_all({"a", "b", "c"});
  cordon(1, cordon_kind::drain, 1s);
  one.take_items<trim_leases>(); // Lost on the way.
  worker_up terms;
  terms.worker = 1;
  terms.node = "w1";
  terms.handle = one.as();
  terms.functions = {{"f", "any", "null", "any", ""}};
  terms.joined = true;
  terms.cordoned = true;
  for (const auto& x : leases)
    terms.held.push_back({x.lease, 1, x.range, 0, 1});
  tell(membership, terms);
  check_unstarted(one, leases);
  pass(1100ms);
  auto stops = one.take_items<trim_leases>();
  CAF_REQUIRE_EQUAL(stops.size(), leases.size());
  CAF_CHECK(stops[0].stop);
  // The message was lost; it comes once more with all that it has.
  tell(membership, terms);
  stops = one.take_items<trim_leases>();
  CAF_REQUIRE(!stops.empty());
  CAF_CHECK(stops.back().stop);
  up(two, 2);
  CAF_CHECK_EQUAL(tasks_of(leases_of(two)), 3u);
}

CAF_TEST(explains_tasks_of_jobs_that_it_knows) {
  explain(1);
  CAF_CHECK(why.code == errc::unknown_job);
  up(one, 1);
  auto job = job_terms(1, 0);
  job.header.function = "g";
  schedule_inputs inputs{1, {0, 2}, packed_of({"a", "b"}), true};
  tell(coordinator, schedule{{job}, {inputs}});
  auto found = explain(1);
  CAF_CHECK_EQUAL(found.job, 1u);
  CAF_CHECK_EQUAL(found.index, 0u);
  CAF_CHECK(found.state == task_state::ready);
  CAF_CHECK(found.impossible);
  CAF_REQUIRE_EQUAL(found.workers.size(), 1u);
  CAF_CHECK_EQUAL(found.workers[0].node, "w1");
  CAF_CHECK(found.workers[0].never);
  CAF_CHECK(contains(found.workers[0].why, "\"g\""));
  CAF_CHECK_EQUAL(explain(1, 1).tasks_before, 1u);
  CAF_CHECK(!last_report(1).stuck.empty());
}

CAF_TEST(a_cordon_is_what_a_task_waits_for) {
  up(one, 1);
  cordon(1, cordon_kind::cordon);
  add_job(1, {"a"});
  auto found = explain(1, 0);
  CAF_CHECK(found.state == task_state::ready);
  CAF_CHECK(!found.impossible);
  CAF_REQUIRE_EQUAL(found.workers.size(), 1u);
  CAF_CHECK(!found.workers[0].never);
  CAF_CHECK(contains(found.workers[0].why, "cordoned"));
  cordon(1, cordon_kind::uncordon);
  found = explain(1, 0);
  CAF_CHECK(found.state == task_state::leased);
  CAF_CHECK_EQUAL(found.node, "w1");
  CAF_CHECK(found.running);
}

CAF_TEST_FIXTURE_SCOPE_END()
