#define CAF_SUITE coordinator

#include "actors/coordinator.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/test/dsl.hpp>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

struct fixture : test::cluster_fixture {
  submit_item echo(const strings& texts) {
    std::vector<std::string> inputs;
    for (const auto& x : texts) {
      inputs.emplace_back();
      encode_any(x, inputs.back());
    }
    return job_of("echo", "any", inputs);
  }

  submit_item fail_times(const std::vector<uint64_t>& times, uint32_t retries) {
    std::vector<std::string> inputs;
    for (auto n : times)
      inputs.push_back(encoded(n));
    auto item = job_of("fail", "uint", inputs);
    item.spec.options.retries = retries;
    return item;
  }

  strings texts_of(const submitted_job& job) {
    strings result;
    for (const auto& x : result_of<std::vector<value>>(job))
      result.push_back(*decode_as<std::string>(x.bytes, x.type));
    return result;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_tests, fixture)

CAF_TEST(a_job_of_one_slice_ends_without_an_aggregator) {
  start();
  auto job = submit(echo({"a", "b", "c"}));
  pass(50ms);
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
  CAF_CHECK(texts_of(job) == strings({"a", "b", "c"}));
  CAF_CHECK_EQUAL(job.watch->status.attempts, 3u);
}

CAF_TEST(a_job_of_many_slices_is_merged_in_order) {
  start(3, 2);
  strings texts;
  for (int i = 0; i < 1000; ++i)
    texts.push_back("text " + std::to_string(i));
  auto job = submit(echo(texts));
  pass(100ms);
  CAF_CHECK(texts_of(job) == texts);
}

CAF_TEST(range_jobs_are_reduced) {
  start(2, 2);
  auto job = submit(range_job("noop", 0, 300'000, "count"));
  pass(200ms);
  CAF_CHECK_EQUAL(result_of<uint64_t>(job), 300'000u);
}

CAF_TEST(an_empty_job_succeeds_at_once) {
  start();
  auto job = submit(echo({}));
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
  CAF_CHECK(texts_of(job).empty());
  auto range = submit(range_job("noop", 5, 5, "count"));
  CAF_CHECK_EQUAL(result_of<uint64_t>(range), 0u);
}

CAF_TEST(failed_attempts_back_off_and_succeed) {
  start();
  auto job = submit(fail_times({0, 2, 1}, 3));
  CAF_CHECK(!job.watch->ended);
  pass(60s);
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
  // The result of `fail` is the number of the attempt that succeeded.
  CAF_CHECK(result_of<std::vector<uint64_t>>(job)
            == std::vector<uint64_t>({1, 3, 2}));
  CAF_CHECK_EQUAL(job.watch->status.attempts, 6u);
}

CAF_TEST(a_task_out_of_attempts_fails_its_job_and_keeps_the_rest) {
  start();
  auto job = submit(fail_times({0, 9, 0}, 1));
  pass(60s);
  const auto& status = job.watch->status;
  CAF_CHECK(status.state == job_state::failed);
  CAF_CHECK_EQUAL(status.dead, 1u);
  CAF_CHECK_EQUAL(status.succeeded, 2u);
  CAF_CHECK(status.reason.find("1 of 3 tasks failed") != std::string::npos);
  CAF_CHECK(status.reason.find("task 1") != std::string::npos);
  using optionals = std::vector<std::optional<uint64_t>>;
  CAF_CHECK(result_of<optionals>(job) == optionals({1, std::nullopt, 1}));
}

CAF_TEST(too_many_dead_letters_end_a_job) {
  start();
  auto item = fail_times({9, 9, 9, 9, 9}, 0);
  item.spec.options.max_dead = 2;
  auto job = submit(std::move(item));
  pass(60s);
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(job.watch->status.reason.find("limit of 2 dead letters")
            != std::string::npos);
}

CAF_TEST(an_unknown_function_is_refused_with_the_nearest_names) {
  start();
  auto job = submit(job_of("ecko", "any", {}));
  CAF_CHECK(job.call->reply.why.code == errc::unknown_function);
  CAF_CHECK(job.call->reply.why.text.find("\"echo\"") != std::string::npos);
  CAF_CHECK_EQUAL(job.id(), 0u);
}

CAF_TEST(a_job_waits_for_the_first_worker_and_says_so) {
  start(0);
  auto job = submit(echo({"x"}));
  CAF_REQUIRE(job.id() != 0u);
  pass(200ms);
  self->send(now().coordinator, describe_job{job.id()});
  sched.run();
  self->receive([&](const job_status& status) {
    CAF_CHECK(status.reason.find("none has joined") != std::string::npos);
  });
  add_worker("late");
  pass(50ms);
  CAF_CHECK(texts_of(job) == strings({"x"}));
}

CAF_TEST(a_job_that_waited_fails_when_its_function_turns_out_not_to_fit) {
  start(0);
  auto item = job_of("count_primes", "string", {encoded(std::string{"x"})});
  auto job = submit(std::move(item));
  CAF_REQUIRE(job.id() != 0u);
  add_worker("late");
  pass(50ms);
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(job.watch->status.reason.find("count_primes takes")
            != std::string::npos);
}

CAF_TEST(inputs_and_reducers_that_do_not_fit_are_refused) {
  start();
  struct row {
    const char* what;
    submit_item item;
    errc code;
  };
  auto sum_of_texts = echo({"x"});
  sum_of_texts.spec.function = "wordcount";
  sum_of_texts.spec.input_type = "string";
  sum_of_texts.spec.reducer = "sum";
  auto unknown_reducer = echo({"x"});
  unknown_reducer.spec.reducer = "colect";
  auto args = echo({"x"});
  args.spec.args_type = "int";
  args.spec.args = blob{encoded(int64_t{1})};
  const row rows[] = {
    {"wrong type", job_of("sleep", "string", {"\1x"}), errc::bad_input},
    {"sum of maps", sum_of_texts, errc::bad_reducer},
    {"no such reducer", unknown_reducer, errc::unknown_reducer},
    {"arguments for a function without", args, errc::bad_args},
    {"a range of integers for pairs", range_job("count_primes", 0, 9, "sum"),
     errc::bad_input},
  };
  for (const auto& [what, item, code] : rows) {
    CAF_MESSAGE(what);
    auto job = submit(item);
    CAF_CHECK(job.call->reply.why.code == code);
    CAF_CHECK(!job.call->reply.why.text.empty());
  }
}

CAF_TEST(cancel_ends_a_job_and_the_first_terminal_state_wins) {
  start(0);
  auto job = submit(echo({"x"}));
  self->send(now().coordinator, cancel_job{job.id()});
  sched.run();
  self->receive([&](const job_status& status) {
    CAF_CHECK(status.state == job_state::cancelled);
    CAF_CHECK_EQUAL(status.cancelled, 1u);
  });
  CAF_CHECK(job.watch->status.state == job_state::cancelled);
  add_worker("late");
  pass(50ms);
  CAF_CHECK(job.watch->status.state == job_state::cancelled);
}

CAF_TEST(a_known_idempotency_key_returns_the_first_job) {
  start();
  auto item = echo({"once"});
  item.spec.key = "order-1";
  auto first = submit(item);
  auto second = submit(item);
  CAF_CHECK_EQUAL(first.id(), second.id());
  CAF_CHECK(second.call->reply.existed);
}

CAF_TEST(a_lost_worker_loses_its_leases_and_others_do_its_work) {
  start(2);
  std::vector<std::string> inputs(64, encoded(uint64_t{0}));
  auto job = send_submit(job_of("sleep", "uint", inputs));
  // Let leases be granted, but not all of the work be done.
  for (int i = 0; i < 25; ++i)
    sched.run_once();
  kill_worker(0);
  pass(100ms);
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
  CAF_CHECK_EQUAL(result_of<std::vector<uint64_t>>(job).size(), 64u);
}

CAF_TEST(a_draining_coordinator_takes_no_jobs_and_names_those_it_loses) {
  start(0);
  auto job = submit(echo({"x"}));
  self->send(now().coordinator, drain_atom::value, uint64_t{1000});
  sched.run();
  auto late = submit(echo({"y"}));
  CAF_CHECK(late.call->reply.why.code == errc::draining);
  pass(1100ms);
  self->receive([&](const std::vector<job_status>& lost) {
    CAF_REQUIRE_EQUAL(lost.size(), 1u);
    CAF_CHECK_EQUAL(lost[0].id, job.id());
  });
}

CAF_TEST(ended_jobs_are_kept_up_to_a_number) {
  lead_options.finished_jobs_kept = 2;
  start();
  std::vector<job_id> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(submit(echo({"x"})).id());
    pass(20ms);
  }
  self->send(now().coordinator, list_jobs{0, 10});
  sched.run();
  self->receive([&](const std::vector<job_status>& jobs) {
    CAF_REQUIRE_EQUAL(jobs.size(), 2u);
    CAF_CHECK_EQUAL(jobs[0].id, ids[3]); // Newest first.
    CAF_CHECK_EQUAL(jobs[1].id, ids[2]);
  });
}

CAF_TEST(ended_jobs_are_kept_for_a_time) {
  lead_options.finished_job_age_max = 10s;
  start();
  auto old = submit(echo({"x"}));
  pass(11s);
  auto fresh = submit(echo({"y"})); // Its end is when old ones are looked at.
  pass(50ms);
  self->send(now().coordinator, list_jobs{0, 10});
  sched.run();
  self->receive([&](const std::vector<job_status>& jobs) {
    CAF_REQUIRE_EQUAL(jobs.size(), 1u);
    CAF_CHECK_EQUAL(jobs[0].id, fresh.id());
    CAF_CHECK(jobs[0].id != old.id());
  });
}

CAF_TEST(a_sum_that_overflows_fails_the_job) {
  start();
  constexpr auto most = std::numeric_limits<int64_t>::max();
  auto own = std::make_shared<function_registry>();
  CAF_REQUIRE(own->add("huge", [](int64_t) { return most; }).has_value());
  functions = own;
  add_worker("huge");
  auto job = submit(range_job("huge", 0, 2, "sum"));
  pass(50ms);
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(job.watch->status.reason.find("64") != std::string::npos);
}

CAF_TEST(a_result_over_the_limit_ends_the_job_at_once) {
  lead_options.job_result_bytes_max = 1000;
  start();
  auto item = echo(strings(10, std::string(500, 'x')));
  item.closed = false; // More could follow.
  auto job = submit(std::move(item));
  pass(200ms);
  CAF_CHECK(job.watch->status.state == job_state::failed);
  CAF_CHECK(job.watch->status.reason.find("1000") != std::string::npos);
}

CAF_TEST(the_life_of_a_job_is_told_as_events) {
  start();
  self->send(now().events, subscribe{0, 64});
  submit(echo({"x"}));
  pass(50ms);
  std::vector<job_state> states;
  self->receive_while([this] { return self->has_next_message(); })(
    [&](const event& x) {
      if (x.kind == event_kind::job_state)
        states.push_back(x.status.state);
    });
  CAF_CHECK(
    states
    == std::vector<job_state>({job_state::running, job_state::succeeded}));
}

CAF_TEST(a_store_that_has_ended_ends_the_start) {
  for (auto is_there : {true, false}) {
    CAF_MESSAGE("it ends while it is asked what there is: " << is_there);
    std::optional<test::puppet> store{sys};
    test::puppet others{sys};
    test::puppet parent{sys};
    coordinator_options options;
    if (is_there)
      options.store = store->as<store_actor>();
    options.scheduler = others.as<scheduler_actor>();
    options.membership = others.as<membership_actor>();
    options.events = others.as<event_hub_actor>();
    options.log = log;
    auto subject = sys.spawn(coordinator, options);
    parent.monitor(subject);
    parent.send(subject, started_atom::value);
    sched.run();
    CAF_CHECK_EQUAL(store->take<store_load>().has_value(), is_there);
    CAF_CHECK_EQUAL(parent.take<caf::down_msg>().has_value(), !is_there);
    store.reset();
    sched.run();
    CAF_CHECK_EQUAL(parent.take<caf::down_msg>().has_value(), is_there);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
