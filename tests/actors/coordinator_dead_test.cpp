#define CAF_SUITE coordinator_dead

#include "runtime/base/clock.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using numbers = std::vector<uint64_t>;
using optionals = std::vector<std::optional<uint64_t>>;

struct fixture : test::cluster_fixture {
  fixture() {
    auto known = std::make_shared<function_registry>();
    CAF_REQUIRE(add_builtin_functions(*known).has_value());
    auto flaky = [this](uint64_t x) -> result<uint64_t> {
      ++executions;
      if (broken.contains(x))
        return fail(errc::function_failed,
                    "task " + std::to_string(x) + " has no luck");
      return x;
    };
    CAF_REQUIRE(known->add("flaky", flaky).has_value());
    functions = known;
  }

  /// A job of `flaky` over 0, 1, ... `tasks` - 1, one attempt each.
  submitted_job run(uint64_t tasks, const std::string& reducer = "collect") {
    std::vector<std::string> inputs;
    for (uint64_t i = 0; i < tasks; ++i)
      inputs.push_back(encoded(i));
    auto item = job_of("flaky", "uint", inputs);
    item.spec.options.retries = 0;
    item.spec.reducer = reducer;
    auto job = submit(std::move(item));
    pass(1s);
    return job;
  }

  std::vector<dead_letter> list(dead_selector which = {}, job_id job = 0,
                                task_index index = 0,
                                uint32_t most = limits::dead_per_page) {
    return ask<dead_letters>(list_dead{which, job, index, most}).items;
  }

  dead_changed requeue(const dead_selector& which) {
    auto done = ask<dead_changed>(requeue_dead{which});
    pass(1s);
    return done;
  }

  dead_changed purge(const dead_selector& which) {
    return ask<dead_changed>(purge_dead{which});
  }

  job_status status_of(job_id id) {
    return ask<job_status>(describe_job{id});
  }

  template <class T>
  T result_of_job(job_id id) {
    auto got = ask<job_result>(open_result{id});
    auto value = decode_as<T>(got.result.bytes.view(), got.status.result_type);
    CAF_REQUIRE(value.has_value());
    return *value;
  }

  template <class Reply, class Question>
  Reply ask(const Question& what) {
    Reply reply;
    why = {};
    auto pending = people.ask(now().coordinator, what);
    sched.run();
    pending.receive([&](const Reply& x) { reply = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return reply;
  }

  std::set<uint64_t> broken;
  uint64_t executions = 0;
  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_dead_tests, fixture)

// -- looking ------------------------------------------------------------------

CAF_TEST(dead_letters_are_listed_in_order_and_in_pages) {
  start();
  broken = {1, 3, 5, 7};
  auto first = run(8).id();
  auto second = run(4).id();
  auto all = list();
  CAF_REQUIRE_EQUAL(all.size(), 6u);
  for (const auto& x : all) {
    CAF_CHECK_EQUAL(x.text, "task " + std::to_string(x.index) + " has no luck");
    CAF_CHECK_EQUAL(x.node, "w1");
    CAF_CHECK(x.history.empty());
  }
  std::vector<std::pair<job_id, task_index>> paged;
  while (paged.size() < 10) {
    auto page = paged.empty()
                  ? list({}, 0, 0, 4)
                  : list({}, paged.back().first, paged.back().second, 4);
    if (page.empty())
      break;
    for (const auto& x : page)
      paged.emplace_back(x.job, x.index);
  }
  using place = std::pair<job_id, task_index>;
  CAF_CHECK(paged
            == (std::vector<place>{{first, 1},
                                   {first, 3},
                                   {first, 5},
                                   {first, 7},
                                   {second, 1},
                                   {second, 3}}));
}

CAF_TEST(dead_letters_are_chosen_by_job_index_and_text) {
  start();
  broken = {1, 3};
  auto first = run(4).id();
  auto second = run(2).id();
  struct row {
    const char* what;
    dead_selector which;
    size_t want;
  };
  const row rows[] = {
    {"all", {}, 3},
    {"of a job", {first, false, 0, ""}, 2},
    {"of the other job", {second, false, 0, ""}, 1},
    {"one", {first, true, 3, ""}, 1},
    {"one that lives", {first, true, 2, ""}, 0},
    {"by text", {0, false, 0, "task 1 has"}, 2},
    {"by text and job", {first, false, 0, "task 1 has"}, 1},
    {"by another text", {0, false, 0, "task 2 has"}, 0},
  };
  for (const auto& [what, which, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(list(which).size(), want);
  }
}

CAF_TEST(one_dead_letter_is_shown_with_its_attempts) {
  start();
  auto item = job_of("fail", "uint", {encoded(uint64_t{9})});
  item.spec.options.retries = 2;
  auto job = submit(std::move(item));
  pass(60s);
  auto got = list({job.id(), true, 0, ""});
  CAF_REQUIRE_EQUAL(got.size(), 1u);
  const auto& history = got[0].history;
  CAF_REQUIRE_EQUAL(history.size(), 3u);
  for (uint32_t i = 0; i < 3; ++i) {
    CAF_CHECK_EQUAL(history[i].attempt, i + 1);
    CAF_CHECK_EQUAL(history[i].node, "w1");
    CAF_CHECK(!history[i].text.empty());
    CAF_CHECK(i == 0 || history[i].started_us > history[i - 1].started_us);
  }
}

CAF_TEST(what_cannot_be_is_refused) {
  start();
  list({99, false, 0, ""});
  CAF_CHECK(why.code == errc::unknown_job);
  requeue({99, false, 0, ""});
  CAF_CHECK(why.code == errc::unknown_job);
  list({0, true, 3, ""});
  CAF_CHECK(why.code == errc::protocol_violation);
  list({}, 0, 0, 0);
  CAF_CHECK(why.code == errc::protocol_violation);
}

CAF_TEST(dead_letters_of_a_job_that_has_not_ended_stay) {
  start(0); // Nobody runs it.
  auto job = submit(job_of("flaky", "uint", {encoded(uint64_t{1})})).id();
  for (auto change : {&fixture::purge, &fixture::requeue}) {
    (this->*change)({job, false, 0, ""});
    CAF_CHECK(why.code == errc::job_not_ended);
  }
}

// -- requeue ------------------------------------------------------------------

CAF_TEST(a_requeued_job_ends_with_all_results) {
  struct row {
    const char* reducer;
    uint64_t tasks;
    uint64_t want;
  };
  const row rows[] = {{"sum", 10, 45}, {"sum", 3000, 4'498'500}};
  start(2, 2);
  for (const auto& [reducer, tasks, want] : rows) {
    CAF_MESSAGE(reducer << " of " << tasks);
    broken = {2, 7};
    auto job = run(tasks, reducer).id();
    CAF_CHECK(status_of(job).state == job_state::failed);
    CAF_CHECK_EQUAL(result_of_job<uint64_t>(job), want - 9);
    broken.clear();
    executions = 0;
    auto done = requeue({job, false, 0, ""});
    CAF_CHECK_EQUAL(done.letters, 2u);
    CAF_CHECK_EQUAL(done.jobs, 1u);
    auto status = status_of(job);
    CAF_CHECK(status.state == job_state::succeeded);
    CAF_CHECK_EQUAL(status.succeeded, tasks);
    CAF_CHECK_EQUAL(status.dead, 0u);
    CAF_CHECK_EQUAL(status.attempts, tasks + 2);
    CAF_CHECK_EQUAL(executions, 2u); // What was accepted is not run again.
    CAF_CHECK_EQUAL(result_of_job<uint64_t>(job), want);
    CAF_CHECK(list().empty());
  }
}

CAF_TEST(results_in_order_get_their_gaps_filled) {
  start();
  broken = {1};
  auto job = run(3).id();
  CAF_CHECK(result_of_job<optionals>(job) == optionals({0, std::nullopt, 2}));
  broken.clear();
  requeue({job, true, 1, ""});
  CAF_CHECK(result_of_job<numbers>(job) == numbers({0, 1, 2}));
}

CAF_TEST(one_of_two_dead_letters_is_requeued) {
  start();
  broken = {1, 3};
  auto job = run(4).id();
  broken.clear();
  CAF_CHECK_EQUAL(requeue({job, true, 1, ""}).letters, 1u);
  auto status = status_of(job);
  CAF_CHECK(status.state == job_state::failed);
  CAF_CHECK_EQUAL(status.dead, 1u);
  CAF_CHECK_EQUAL(status.succeeded, 3u);
  CAF_CHECK_EQUAL(list().size(), 1u);
  CAF_CHECK_EQUAL(requeue({0, false, 0, "task 3"}).letters, 1u);
  CAF_CHECK(status_of(job).state == job_state::succeeded);
  CAF_CHECK(result_of_job<numbers>(job) == numbers({0, 1, 2, 3}));
}

CAF_TEST(a_requeued_task_may_die_again) {
  start();
  broken = {1};
  auto job = run(2).id();
  requeue({job, false, 0, ""});
  CAF_CHECK(status_of(job).state == job_state::failed);
  auto again = list();
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK_EQUAL(again[0].index, 1u);
  broken.clear();
  requeue({job, false, 0, ""});
  CAF_CHECK(result_of_job<numbers>(job) == numbers({0, 1}));
}

CAF_TEST(tasks_that_were_cancelled_stay_so) {
  constexpr uint64_t tasks = 10'000'000;
  start();
  for (uint64_t i = 0; i < 1000; ++i)
    broken.insert(i);
  auto item = range_job("flaky", 0, tasks, "count");
  item.spec.options.retries = 0;
  item.spec.options.max_dead = 1;
  auto job = submit(std::move(item)).id();
  pass(1s);
  CAF_CHECK(status_of(job).state == job_state::failed);
  broken.clear();
  auto dead = requeue({job, false, 0, ""}).letters;
  CAF_CHECK(dead > 0);
  auto after = status_of(job);
  CAF_CHECK(after.state == job_state::failed);
  CAF_CHECK_EQUAL(after.dead, 0u);
  CAF_CHECK(after.cancelled > 0);
  CAF_CHECK_EQUAL(after.succeeded + after.cancelled, tasks);
  CAF_CHECK(test::contains(after.reason, "cancelled when the job failed"));
}

// -- purge and keeping --------------------------------------------------------

CAF_TEST(purged_letters_are_gone_and_their_job_stays_failed) {
  start();
  broken = {1};
  auto job = run(2).id();
  CAF_CHECK_EQUAL(purge({job, false, 0, ""}).letters, 1u);
  CAF_CHECK(list().empty());
  CAF_CHECK(status_of(job).state == job_state::failed);
  CAF_CHECK_EQUAL(requeue({job, false, 0, ""}).letters, 0u);
  CAF_CHECK_EQUAL(purge({job, false, 0, ""}).letters, 0u);
}

CAF_TEST(jobs_with_dead_letters_are_kept_until_these_are_gone) {
  lead_options.finished_jobs_kept = 1;
  start();
  broken = {1};
  auto job = run(2).id();
  broken.clear();
  run(1);
  run(1);
  CAF_CHECK(status_of(job).state == job_state::failed);
  CAF_CHECK_EQUAL(list().size(), 1u);
  purge({job, false, 0, ""});
  run(1);
  status_of(job);
  CAF_CHECK(why.code == errc::unknown_job);
}

// -- time and crashes ---------------------------------------------------------

CAF_TEST(a_job_fails_when_its_deadline_passes) {
  start();
  auto item = job_of("flaky", "uint", {encoded(uint64_t{1})});
  item.spec.options.retries = 1000;
  item.spec.options.backoff_base_ms = 3'600'000;
  item.spec.options.backoff_cap_ms = 3'600'000;
  broken = {1};
  item.spec.options.deadline_unix_ms =
    static_cast<uint64_t>(system_wall_clock().now_us() / 1000) + 60'000;
  auto job = submit(std::move(item));
  pass(58s);
  CAF_CHECK(!job.watch->ended);
  pass(3s);
  CAF_CHECK(job.watch->ended);
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(test::contains(job.watch->status.reason, "deadline passed"));
}

CAF_TEST(a_deadline_that_is_not_reached_changes_nothing) {
  start();
  auto item = job_of("flaky", "uint", {encoded(uint64_t{1})});
  item.spec.options.deadline_unix_ms =
    static_cast<uint64_t>(system_wall_clock().now_us() / 1000) + 5'000;
  auto job = submit(std::move(item));
  pass(10s);
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
}

CAF_TEST(a_task_that_kills_its_workers_is_a_dead_letter_in_the_end) {
  start(0);
  auto known = std::make_shared<function_registry>();
  CAF_REQUIRE(add_builtin_functions(*known).has_value());
  size_t worker = 0;
  auto poison = [this, &worker](uint64_t) {
    // What it has not sent is lost with it.
    auto parts = workers[worker].directory->current();
    caf::anon_send_exit(workers[worker].root, caf::exit_reason::kill);
    caf::anon_send_exit(parts.uplink, caf::exit_reason::kill);
    caf::anon_send_exit(parts.worker, caf::exit_reason::kill);
    return uint64_t{0};
  };
  CAF_REQUIRE(known->add("poison", poison).has_value());
  functions = known;
  auto job = submit(job_of("poison", "uint", {encoded(uint64_t{0})}));
  for (; worker < 10 && !job.watch->ended; ++worker) {
    add_worker("victim" + std::to_string(worker));
    pass(1s);
  }
  CAF_CHECK_EQUAL(worker, 5u);
  const auto& status = job.watch->status;
  CAF_CHECK(status.state == job_state::failed);
  CAF_CHECK(test::contains(status.reason, "suspected of killing its workers"));
  auto letters = list({job.id(), true, 0, ""});
  CAF_REQUIRE_EQUAL(letters.size(), 1u);
  CAF_CHECK(letters[0].code == errc::kills_workers);
  CAF_CHECK_EQUAL(letters[0].history.size(), 3u);
}

CAF_TEST_FIXTURE_SCOPE_END()
