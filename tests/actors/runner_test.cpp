#define CAF_SUITE runner

#include "actors/runner.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/wire/slice_collector.hpp"
#include "tests/actors/puppet.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::packed_of;
using test::puppet;
using test::strings_of;

namespace {

template <class T>
std::string encoded(const T& x) {
  std::string out;
  encode(x, out);
  return out;
}

/// The test plays the worker.
struct fixture : test::stage {
  fixture() {
    auto known = std::make_shared<function_registry>();
    auto add = [&](const char* name, auto callable) {
      CAF_REQUIRE(known->add(name, callable).has_value());
    };
    add("type_of", [](const value& x) {
      return x.type + ", " + std::to_string(x.bytes.size()) + " B";
    });
    add("echo", [this](int64_t x) {
      ran.push_back(x);
      if (during)
        during(x);
      return x;
    });
    add("odd", [](int64_t x) -> result<int64_t> {
      if (x % 2 == 0)
        return fail(errc::function_failed, std::to_string(x) + " is even");
      return x;
    });
    add("throw", [](int64_t x) -> int64_t {
      throw std::runtime_error("cannot do " + std::to_string(x));
    });
    add("babble", [](int64_t) -> result<int64_t> {
      return fail(errc::function_failed, std::string(100'000, 'a'));
    });
    add("text", [](uint64_t size) { return std::string(size, 't'); });
    add("plus", [](int64_t x, const int64_t& more) { return x + more; });
    add("span", [](std::tuple<int64_t, int64_t> x) {
      return std::get<1>(x) - std::get<0>(x);
    });
    add("attempt", [](const task_context& at, int64_t) {
      return std::vector<uint64_t>{at.job, at.index, at.attempt};
    });
    functions = known;
    start({});
  }

  void start(task_pace pace) {
    if (subject)
      end(subject);
    runner_options options{2, worker.as<worker_actor>(), log, std::move(pace)};
    subject = sys.spawn(runner, options);
  }

  ~fixture() override {
    end(subject);
  }

  /// A job over the integers from 0 on.
  job_header header_of(const std::string& function) {
    job_header header;
    header.job = 1;
    header.function = function;
    header.reducer = "collect";
    header.args_type = "null";
    header.inputs = input_kind::integers;
    header.range = {0, 1'000'000, 1};
    return header;
  }

  /// A job over encoded inputs.
  job_header header_of(const std::string& function, const std::string& type) {
    auto header = header_of(function);
    header.inputs = input_kind::chunks;
    header.input_type = type;
    return header;
  }

  run_lease lease_of(const job_header& header, index_range range,
                     const std::vector<std::string>& inputs = {}) {
    auto job = std::make_shared<runner_job>();
    job->header = header;
    job->registry = functions;
    job->what = functions->find(header.function);
    run_lease lease;
    lease.job = job;
    lease.slot = std::make_shared<slot_block>();
    lease.lease = {1, ++last_lease};
    lease.range = range;
    if (!inputs.empty())
      lease.inputs = packed_of(inputs);
    auto type =
      job->what == nullptr ? "null" : job->what->signature.result_type;
    auto collector = make_slice_collector("collect", type, false);
    CAF_REQUIRE(collector.has_value());
    lease.slot->begin(lease.lease, range, std::move(*collector));
    return lease;
  }

  /// Runs a lease to where the runner stops; returns what it reported.
  std::vector<runner_event> run_it(const run_lease& lease) {
    worker.send(subject, lease);
    sched.run();
    std::vector<runner_event> result;
    for (const auto& x : worker.take_all<runner_report>()) {
      CAF_CHECK_EQUAL(x.slot, 2u);
      CAF_CHECK(x.lease == lease.lease);
      result.push_back(x.what);
    }
    return result;
  }

  slot_block::output output_of(const run_lease& lease) {
    run_it(lease);
    auto output = lease.slot->take();
    CAF_REQUIRE(output.has_value());
    return std::move(*output);
  }

  /// Runs a lease and returns its results as integers.
  std::vector<int64_t> numbers_of(const run_lease& lease) {
    std::vector<int64_t> result;
    for (const auto& x : strings_of(blob{output_of(lease).results})) {
      auto number = decode<int64_t>(x);
      CAF_REQUIRE(number.has_value());
      result.push_back(*number);
    }
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::shared_ptr<const function_registry> functions;
  std::vector<int64_t> ran;
  std::function<void(int64_t)> during;
  puppet worker{sys};
  runner_actor subject;
  uint64_t last_lease = 0;
};

using numbers = std::vector<int64_t>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(runner_tests, fixture)

CAF_TEST(results_come_in_the_order_of_their_tasks) {
  auto lease = lease_of(header_of("echo"), {5, 9});
  CAF_CHECK(numbers_of(lease) == numbers({5, 6, 7, 8}));
  CAF_CHECK(lease.slot->finished());
}

CAF_TEST(a_failure_leaves_its_neighbours_alone) {
  auto lease = lease_of(header_of("odd"), {1, 6});
  auto output = output_of(lease);
  CAF_CHECK(output.range == (index_range{1, 6}));
  CAF_CHECK(strings_of(blob{output.results})
            == std::vector<std::string>(
              {encoded(int64_t{1}), encoded(int64_t{3}), encoded(int64_t{5})}));
  CAF_REQUIRE_EQUAL(output.failed.size(), 2u);
  CAF_CHECK_EQUAL(output.failed[0].index, 2u);
  CAF_CHECK_EQUAL(output.failed[0].text, "2 is even");
  CAF_CHECK_EQUAL(output.failed[1].index, 4u);
}

CAF_TEST(an_exception_fails_its_task_with_its_own_words) {
  auto output = output_of(lease_of(header_of("throw"), {3, 4}));
  CAF_REQUIRE_EQUAL(output.failed.size(), 1u);
  CAF_CHECK_EQUAL(to_string(output.failed[0].code), "function_failed");
  CAF_CHECK(contains(output.failed[0].text, "cannot do 3"));
}

CAF_TEST(the_words_of_a_failure_are_cut) {
  auto output = output_of(lease_of(header_of("babble"), {0, 1}));
  CAF_CHECK_EQUAL(output.failed.at(0).text.size(),
                  limits::error_text_bytes_max);
}

CAF_TEST(a_result_over_the_limit_fails_its_task_only) {
  auto header = header_of("text", "uint");
  header.result_bytes_max = 100;
  auto small = encoded(uint64_t{10});
  auto lease =
    lease_of(header, {0, 3}, {small, encoded(uint64_t{1000}), small});
  auto output = output_of(lease);
  CAF_CHECK_EQUAL(strings_of(blob{output.results}).size(), 2u);
  CAF_REQUIRE_EQUAL(output.failed.size(), 1u);
  CAF_CHECK_EQUAL(output.failed[0].index, 1u);
  CAF_CHECK_EQUAL(to_string(output.failed[0].code), "result_too_large");
  CAF_CHECK(contains(output.failed[0].text, "task 1"));
  CAF_CHECK(contains(output.failed[0].text, "limit is 100"));
}

CAF_TEST(a_function_is_told_what_it_runs) {
  auto lease = lease_of(header_of("attempt"), {7, 8});
  lease.attempt = 3;
  auto output = output_of(lease);
  CAF_CHECK(
    decode<std::vector<uint64_t>>(strings_of(blob{output.results}).at(0))
    == std::vector<uint64_t>({1, 7, 3}));
}

CAF_TEST(inputs_are_taken_by_their_position_in_the_lease) {
  auto lease = lease_of(header_of("echo", "int"), {40, 42},
                        {encoded(int64_t{-1}), encoded(int64_t{-2})});
  CAF_CHECK(numbers_of(lease) == numbers({-1, -2}));
}

CAF_TEST(inputs_of_any_type_are_converted) {
  std::string as_unsigned;
  encode_any(uint64_t{12}, as_unsigned);
  std::string as_text;
  encode_any(std::string{"12"}, as_text);
  auto lease =
    lease_of(header_of("echo", "any"), {0, 2}, {as_unsigned, as_text});
  auto output = output_of(lease);
  CAF_CHECK(strings_of(blob{output.results})
            == std::vector<std::string>({encoded(int64_t{12})}));
  CAF_REQUIRE_EQUAL(output.failed.size(), 1u);
  CAF_CHECK_EQUAL(output.failed[0].index, 1u);
}

CAF_TEST(inputs_of_one_type_become_any_for_a_function_that_takes_all) {
  auto lease = lease_of(header_of("type_of", "list<int>"), {0, 1},
                        {encoded(std::vector<int64_t>{4, 5})});
  auto output = output_of(lease);
  std::string want;
  encode(std::string{"list<int>, 3 B"}, want);
  CAF_CHECK(strings_of(blob{output.results})
            == std::vector<std::string>({want}));
}

CAF_TEST(arguments_are_shared_and_converted) {
  struct row {
    const char* what;
    std::string type;
    std::string bytes;
  };
  std::string wrapped;
  encode_any(int64_t{100}, wrapped);
  const row rows[] = {
    {"as the function has them", "int", encoded(int64_t{100})},
    {"another integer", "uint", encoded(uint64_t{100})},
    {"any", "any", wrapped},
  };
  for (const auto& [what, type, bytes] : rows) {
    CAF_MESSAGE(what);
    auto header = header_of("plus");
    header.args_type = type;
    header.args.bytes = blob{bytes};
    CAF_CHECK(numbers_of(lease_of(header, {1, 3})) == numbers({101, 102}));
  }
}

CAF_TEST(a_job_that_does_not_fit_fails_each_of_its_tasks) {
  struct row {
    const char* what;
    job_header header;
    errc code;
  };
  auto bad_args = header_of("plus");
  bad_args.args_type = "string";
  bad_args.args.bytes = blob{encoded(std::string{"x"})};
  const row rows[] = {
    {"no such function", header_of("nothing"), errc::unknown_function},
    {"inputs of another type", header_of("echo", "string"), errc::bad_input},
    {"integers for pairs", header_of("span"), errc::bad_input},
    {"arguments of another type", bad_args, errc::bad_args},
    {"no inputs", header_of("echo", "int"), errc::protocol_violation},
  };
  for (const auto& [what, header, code] : rows) {
    CAF_MESSAGE(what);
    auto output = output_of(lease_of(header, {0, 2}));
    CAF_REQUIRE_EQUAL(output.failed.size(), 2u);
    CAF_CHECK_EQUAL(to_string(output.failed[1].code), to_string(code));
    CAF_CHECK(!output.failed[1].text.empty());
  }
}

CAF_TEST(pairs_cover_a_range) {
  auto header = header_of("span");
  header.inputs = input_kind::pairs;
  header.range = {10, 25, 10};
  CAF_CHECK(numbers_of(lease_of(header, {0, 2})) == numbers({10, 5}));
}

CAF_TEST(jobs_can_alternate) {
  auto one = header_of("plus");
  one.args_type = "int";
  one.args.bytes = blob{encoded(int64_t{100})};
  auto two = one;
  two.args.bytes = blob{encoded(int64_t{200})};
  CAF_CHECK(numbers_of(lease_of(one, {0, 1})) == numbers({100}));
  CAF_CHECK(numbers_of(lease_of(two, {0, 1})) == numbers({200}));
  CAF_CHECK(numbers_of(lease_of(one, {0, 1})) == numbers({100}));
}

CAF_TEST(reports_once_that_results_wait_once_that_they_are_many) {
  auto events = run_it(lease_of(header_of("echo"), {0, 5000}));
  CAF_CHECK(events
            == std::vector<runner_event>({runner_event::output_waits,
                                          runner_event::output_full,
                                          runner_event::stopped}));
}

CAF_TEST(the_last_results_need_no_report_of_their_own) {
  auto events = run_it(lease_of(header_of("echo"), {0, 1}));
  CAF_CHECK(events == std::vector<runner_event>({runner_event::stopped}));
}

CAF_TEST(a_stopped_lease_is_not_begun) {
  auto lease = lease_of(header_of("echo"), {0, 9});
  lease.slot->stop();
  CAF_CHECK(run_it(lease)
            == std::vector<runner_event>({runner_event::stopped}));
  CAF_CHECK(ran.empty());
  CAF_CHECK(lease.slot->finished());
}

CAF_TEST(a_stop_ends_a_lease_behind_the_task_that_runs) {
  auto lease = lease_of(header_of("echo"), {0, 1000});
  during = [&](int64_t x) {
    if (x == 100)
      lease.slot->stop();
  };
  run_it(lease);
  CAF_CHECK_EQUAL(ran.size(), 101u);
  CAF_CHECK(lease.slot->finished());
}

CAF_TEST(a_trimmed_lease_ends_early) {
  auto lease = lease_of(header_of("echo"), {0, 1000});
  task_index end = 0;
  during = [&](int64_t x) {
    sched.clock().current_time += 1ms; // Long tasks are claimed one by one.
    if (x == 10)
      end = lease.slot->trim(3);
  };
  run_it(lease);
  CAF_CHECK_EQUAL(end, ran.size());
  CAF_CHECK(ran.size() < 20);
  CAF_CHECK(lease.slot->finished());
}

CAF_TEST(a_paused_lease_goes_on_when_it_is_sent_again) {
  auto lease = lease_of(header_of("echo"), {0, 3});
  lease.slot->pause();
  CAF_CHECK(run_it(lease)
            == std::vector<runner_event>({runner_event::stopped}));
  CAF_CHECK(ran.empty());
  CAF_CHECK(!lease.slot->finished());
  CAF_CHECK(lease.slot->resume());
  CAF_CHECK(numbers_of(lease) == numbers({0, 1, 2}));
}

CAF_TEST(a_block_of_slow_tasks_is_given_up_soon) {
  auto lease = lease_of(header_of("echo"), {0, 200});
  task_index end = 0;
  during = [&](int64_t x) {
    if (x < 100) // In the middle of a block of many short tasks.
      return;
    sched.clock().current_time += 1ms;
    if (x == 120) // The clock is looked at every sixteen tasks.
      end = lease.slot->trim(0);
  };
  run_it(lease);
  CAF_CHECK_EQUAL(end, 121u);
  CAF_CHECK_EQUAL(ran.size(), 121u);
}

CAF_TEST(the_time_in_the_function_is_measured) {
  auto lease = lease_of(header_of("echo"), {0, 3});
  during = [&](int64_t) { sched.clock().current_time += 2ms; };
  CAF_CHECK_EQUAL(output_of(lease).busy_ns, 6'000'000u);
}

CAF_TEST(on_a_virtual_clock_tasks_take_the_time_they_are_given) {
  start([](const job_header&, index_range tasks, uint32_t) {
    return duration{5ms} * static_cast<int>(tasks.size());
  });
  auto lease = lease_of(header_of("echo"), {0, 3});
  CAF_CHECK(run_it(lease).empty());
  CAF_CHECK(ran.empty());
  CAF_CHECK(lease.slot->started_at() == sched.clock().now());
  pass(5ms);
  CAF_CHECK(ran == numbers({0}));
  pass(5ms);
  pass(5ms);
  CAF_CHECK(ran == numbers({0, 1, 2}));
  CAF_CHECK(lease.slot->finished());
  auto taken = lease.slot->take();
  CAF_REQUIRE(taken.has_value());
  CAF_CHECK_EQUAL(taken->busy_ns, 15'000'000u);
}

CAF_TEST(on_a_virtual_clock_a_stop_cuts_a_task_short) {
  start([](const job_header&, index_range, uint32_t) { return duration{1h}; });
  auto lease = lease_of(header_of("echo"), {0, 3});
  run_it(lease);
  lease.slot->stop();
  pass(20ms);
  CAF_CHECK(ran == numbers({0}));
  CAF_CHECK(lease.slot->finished());
}

CAF_TEST_FIXTURE_SCOPE_END()
