#define CAF_SUITE coordinator_rerun

#include "runtime/wire/caf_error.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::cluster_fixture {
  fixture() {
    auto known = std::make_shared<function_registry>();
    CAF_REQUIRE(add_builtin_functions(*known).has_value());
    auto flaky = [this](uint64_t x) -> result<uint64_t> {
      if (broken.contains(x))
        return fail(errc::function_failed, "no luck");
      return x;
    };
    CAF_REQUIRE(known->add("flaky", flaky).has_value());
    functions = known;
  }

  job_id rerun(job_id job, bool only_dead = false) {
    submit_reply reply;
    why = {};
    auto pending = people.ask(now().coordinator, rerun_job{job, only_dead});
    sched.run();
    pending.receive([&](const submit_reply& x) { reply = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    pass(1s);
    return reply.job;
  }

  template <class Reply, class Question>
  Reply ask(const Question& what) {
    Reply reply;
    auto pending = people.ask(now().coordinator, what);
    sched.run();
    pending.receive([&](const Reply& x) { reply = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return reply;
  }

  job_status status_of(job_id id) {
    return ask<job_status>(describe_job{id});
  }

  uint64_t sum_of(job_id id) {
    auto got = ask<job_result>(open_result{id});
    auto value =
      decode_as<uint64_t>(got.result.bytes.view(), got.status.result_type);
    CAF_REQUIRE(value.has_value());
    return *value;
  }

  submitted_job run(std::vector<uint64_t> numbers) {
    std::vector<std::string> inputs;
    for (auto x : numbers)
      inputs.push_back(encoded(x));
    auto item = job_of("flaky", "uint", inputs);
    item.spec.options.retries = 0;
    item.spec.reducer = "sum";
    item.spec.key = "once";
    item.spec.name = "a name";
    auto job = submit(std::move(item));
    pass(1s);
    return job;
  }

  std::set<uint64_t> broken;
  test::puppet people{sys};
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_rerun_tests, fixture)

CAF_TEST(a_job_with_inputs_runs_again) {
  start();
  auto job = run({1, 2, 3});
  auto again = rerun(job.id());
  CAF_CHECK(why.code == errc::ok);
  CAF_CHECK_GREATER(again, job.id());
  auto status = status_of(again);
  CAF_CHECK(status.state == job_state::succeeded);
  CAF_CHECK_EQUAL(status.name, "a name");
  CAF_CHECK_EQUAL(status.tasks, 3u);
  CAF_CHECK_EQUAL(sum_of(again), 6u);
  CAF_CHECK_EQUAL(sum_of(rerun(again)), 6u); // The new one, too.
}

CAF_TEST(only_what_failed_runs_again) {
  start();
  broken = {2, 3};
  auto job = run({1, 2, 3});
  CAF_CHECK(status_of(job.id()).state == job_state::failed);
  broken.clear();
  auto again = rerun(job.id(), true);
  auto status = status_of(again);
  CAF_CHECK(status.state == job_state::succeeded);
  CAF_CHECK_EQUAL(status.tasks, 2u);
  CAF_CHECK_EQUAL(sum_of(again), 5u);
  CAF_CHECK_EQUAL(status_of(job.id()).dead, 2u); // They stay.
  rerun(again, true);
  CAF_CHECK(why.code == errc::bad_usage);
}

CAF_TEST(a_range_runs_again_whole_or_by_its_dead_letters) {
  start();
  broken = {3};
  auto item = range_job("flaky", 0, 5, "sum");
  item.spec.options.retries = 0;
  auto job = submit(std::move(item));
  pass(1s);
  broken.clear();
  CAF_CHECK_EQUAL(sum_of(rerun(job.id(), true)), 3u);
  CAF_CHECK_EQUAL(sum_of(rerun(job.id())), 10u);
}

CAF_TEST(what_cannot_run_again_is_refused) {
  start();
  CAF_CHECK_EQUAL(rerun(77), 0u);
  CAF_CHECK(why.code == errc::unknown_job);
  auto item = job_of("flaky", "uint", {encoded(uint64_t{1})});
  item.closed = false;
  auto job = submit(std::move(item));
  CAF_CHECK_EQUAL(rerun(job.id()), 0u);
  CAF_CHECK(why.code == errc::job_not_ended);
}

CAF_TEST_FIXTURE_SCOPE_END()
