#define CAF_SUITE coordinator_rerun

#include "actors/coordinator.hpp"
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

/// The test plays everybody around the coordinator, which knows job 3.
struct played : test::stage {
  played() {
    coordinator_options options;
    options.store = store.as<store_actor>();
    options.scheduler = others.as<scheduler_actor>();
    options.membership = others.as<membership_actor>();
    options.events = others.as<event_hub_actor>();
    options.memory_bytes_max = 4000;
    options.log = log;
    subject = sys.spawn(coordinator, options);
    others.send(subject, started_atom::value);
    sched.run();
    store_snapshot known;
    known.ticket = store.take<store_load>().value().ticket;
    auto& record = known.jobs.emplace_back().record;
    record.id = 3;
    record.state = job_state::failed;
    store.send(subject, known);
    sched.run();
  }

  ~played() override {
    end(subject);
  }

  /// The store answers a rerun of the dead letters of a job, one of two.
  void answer(size_t bytes) {
    store_inputs result;
    result.ticket = store.take<store_read_inputs>().value().ticket;
    result.job = 3;
    result.found = true;
    result.spec.function = "echo";
    result.spec.input_type = "any";
    result.tasks = 2;
    result.inputs = {{{0, 2}, test::packed_of({std::string(bytes, 'i'), "b"})}};
    result.dead = {0};
    store.send(subject, result);
    sched.run();
  }

  template <class Pending>
  static errc code_of(Pending pending) {
    auto code = errc::ok;
    pending.receive([](const submit_reply&) {},
                    [&](const caf::error& x) { code = from_caf(x).code; });
    return code;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  test::puppet store{sys};
  test::puppet others{sys};
  test::puppet people{sys};
  coordinator_actor subject;
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

CAF_TEST_FIXTURE_SCOPE(coordinator_rerun_store_tests, played)

CAF_TEST(a_large_copy_is_refused_before_the_store_is_asked) {
  auto pending = people.ask(subject, rerun_job{3, true});
  sched.run();
  answer(1001);
  CAF_CHECK(!store.take<store_put_jobs>());
  CAF_CHECK(code_of(std::move(pending)) == errc::store_full);
}

CAF_TEST(a_store_that_says_nothing_of_the_new_job_is_an_error) {
  auto pending = people.ask(subject, rerun_job{3, true});
  sched.run();
  answer(1000);
  auto put = store.take<store_put_jobs>();
  CAF_REQUIRE(put.has_value());
  store.send(subject, store_put_jobs_done{put->ticket, {}});
  sched.run();
  CAF_CHECK(code_of(std::move(pending)) == errc::internal);
}

CAF_TEST_FIXTURE_SCOPE_END()
