#define CAF_SUITE client

#include "nodes/embed/client_core.hpp"
#include "nodes/embed/roles.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct fixture : test::embed_fixture {};

using integers = std::vector<int64_t>;

/// A string whose encoding has exactly that many bytes.
std::string text_of_encoded(size_t bytes) {
  constexpr size_t length_bytes = 4; // A varint from 2^21 to 2^28 - 1.
  return std::string(bytes - length_bytes, 'x');
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(client_tests, fixture)

CAF_TEST(runs_a_function_over_typed_inputs) {
  auto result = user->run<integers>("double", integers{1, 2, 3});
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({2, 4, 6}));
}

CAF_TEST(posted_jobs_run_beside_each_other) {
  std::vector<pending_result> pending;
  for (int64_t i = 0; i < 5000; ++i) {
    pending.push_back(user->post("double", integers{i}));
  }
  for (int64_t i = 0; i < 5000; ++i) {
    auto result = pending[static_cast<size_t>(i)].get_as<integers>();
    CAF_REQUIRE(result.engaged());
    CAF_REQUIRE(*result == integers({2 * i}));
  }
  CAF_CHECK(pending[0].ready());
}

CAF_TEST(what_is_wrong_with_a_posted_job_is_told_when_it_is_taken) {
  auto failing = user->post("refuse", integers{7}, [] {
    job_spec spec;
    spec.options.retries = 0;
    return spec;
  }());
  auto failed = failing.get();
  CAF_REQUIRE(!failed.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(failed.error()).code), "job_failed");
  job_spec strange;
  strange.function = "nobody_has_this";
  auto refused = user->post(strange, {}).get();
  CAF_REQUIRE(!refused.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(refused.error()).code),
                  "unknown_function");
  auto large = user->post(strange, std::string(200'000, 'x'));
  CAF_CHECK(large.ready());
  auto unsent = large.get();
  CAF_REQUIRE(!unsent.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(unsent.error()).code), "input_too_large");
}

CAF_TEST(a_posted_job_that_runs_on_can_be_waited_for_again) {
  auto posted = user->post("gate", integers{3});
  CAF_CHECK(!posted.ready());
  wait_options how;
  how.timeout = 20ms;
  auto early = posted.get(how);
  CAF_REQUIRE(!early.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(early.error()).code), "timed_out");
  open_gate();
  auto late = posted.get_as<integers>();
  CAF_REQUIRE(late.engaged());
  CAF_CHECK(*late == integers({3}));
}

CAF_TEST(runs_a_function_over_no_inputs) {
  auto result = user->run<integers>("double", integers{});
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(result->empty());
}

CAF_TEST(runs_a_function_over_a_range) {
  job_spec spec;
  spec.reducer = "sum";
  auto result = user->run_range<int64_t>("double", 0, 1000, spec);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK_EQUAL(*result, 999'000);
}

CAF_TEST(runs_a_function_over_pairs) {
  job_spec spec;
  spec.reducer = "sum";
  auto result = user->run_pairs<uint64_t>("count_primes", 0, 1000, 100, spec);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK_EQUAL(*result, 168u);
}

CAF_TEST(passes_shared_arguments) {
  job_spec spec;
  client::set_args(spec, int64_t{100});
  auto result = user->run_range<integers>("plus", 0, 3, spec);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({100, 101, 102}));
}

CAF_TEST(wraps_inputs_for_a_function_that_takes_any) {
  std::vector<std::string> texts{"a", "b"};
  // The type of the function is known once its worker has joined.
  CAF_REQUIRE(user->run<integers>("double", integers{1}).engaged());
  auto result = user->run<std::vector<value>>("echo", texts);
  CAF_REQUIRE(result.engaged());
  CAF_REQUIRE_EQUAL(result->size(), 2u);
  CAF_CHECK_EQUAL(result->at(1).type, "string");
}

CAF_TEST(a_result_of_20000_lines_arrives_whole) {
  std::vector<std::string> lines;
  for (int i = 0; i < 20'000; ++i)
    lines.push_back("this is line number " + std::to_string(i));
  CAF_REQUIRE(user->run<integers>("double", integers{1}).engaged());
  auto result = user->run<std::vector<value>>("echo", lines);
  CAF_REQUIRE(result.engaged());
  CAF_REQUIRE_EQUAL(result->size(), lines.size());
  for (size_t i : {0, 9'999, 19'999})
    CAF_CHECK(decode<std::string>(result->at(i).bytes) == lines[i]);
}

CAF_TEST(inputs_of_all_sizes_arrive_whole) {
  for (size_t bytes : {size_t{191} * 1024, size_t{193} * 1024, size_t{1} << 23,
                       limits::input_bytes_max}) {
    CAF_MESSAGE(bytes << " bytes");
    std::vector<std::string> inputs{std::string(bytes / 2, 'a')};
    if (bytes > limits::mib)
      inputs = {text_of_encoded(bytes)};
    auto result = user->run<std::vector<uint64_t>>("length", inputs);
    CAF_REQUIRE(result.engaged());
    CAF_CHECK_EQUAL(result->at(0), inputs[0].size());
  }
}

CAF_TEST(results_of_all_sizes_arrive_whole) {
  for (size_t bytes : {size_t{3} << 20, limits::result_bytes_max}) {
    CAF_MESSAGE(bytes << " bytes");
    auto size = text_of_encoded(bytes).size();
    auto result = user->run<std::vector<std::string>>(
      "text", std::vector<uint64_t>{size, 10});
    CAF_REQUIRE(result.engaged());
    CAF_CHECK_EQUAL(result->at(0).size(), size);
    CAF_CHECK_EQUAL(result->at(1).size(), 10u);
  }
}

CAF_TEST(a_result_over_the_limit_fails_its_job) {
  job_spec spec;
  spec.options.retries = 0;
  auto size = text_of_encoded(limits::result_bytes_max).size() + 1;
  auto result = user->run<std::vector<std::string>>(
    "text", std::vector<uint64_t>{1, size}, spec);
  CAF_CHECK_EQUAL(code(result), "job_failed");
  CAF_CHECK(contains(why(result).text, "task 1"));
  CAF_CHECK(contains(why(result).text, "limit"));
}

CAF_TEST(an_input_over_the_limit_is_refused_with_its_index) {
  auto result = user->run<std::vector<uint64_t>>(
    "length", std::vector<std::string>{
                "a", "b", text_of_encoded(limits::input_bytes_max) + "x"});
  CAF_CHECK_EQUAL(code(result), "input_too_large");
  CAF_CHECK(contains(why(result).text, "input 2"));
}

CAF_TEST(a_failed_job_says_why) {
  job_spec spec;
  spec.options.retries = 0;
  auto result = user->run_range<integers>("refuse", 7, 8, spec);
  CAF_CHECK_EQUAL(code(result), "job_failed");
  CAF_CHECK(contains(why(result).text, "will not do 7"));
}

CAF_TEST(a_function_that_nobody_knows_is_refused) {
  CAF_REQUIRE(user->run<integers>("double", integers{1}).engaged());
  auto result = user->run<integers>("doubel", integers{1});
  CAF_CHECK_EQUAL(code(result), "unknown_function");
  CAF_CHECK(contains(why(result).text, "\"double\""));
}

CAF_TEST(a_result_of_another_type_is_refused) {
  auto result = user->run<std::vector<std::string>>("double", integers{1});
  CAF_CHECK_EQUAL(code(result), "type_mismatch");
}

CAF_TEST(a_wait_ends_with_its_timeout) {
  auto job = submit_gate();
  wait_options options;
  options.timeout = 50ms;
  auto status = user->wait(job, options);
  CAF_CHECK_EQUAL(code(status), "timed_out");
  CAF_CHECK(contains(why(status).text, "job " + std::to_string(job)));
  open_gate();
  auto later = user->wait(job);
  CAF_REQUIRE(later.engaged());
  CAF_CHECK(later->state == job_state::succeeded);
}

CAF_TEST(a_wait_can_be_interrupted) {
  auto job = submit_gate();
  std::atomic<bool> interrupted{true};
  wait_options options;
  options.interrupted = &interrupted;
  CAF_CHECK_EQUAL(code(user->wait(job, options)), "timed_out");
}

CAF_TEST(a_wait_shows_progress_up_to_the_end) {
  auto job = user->submit(range_of("double", 0, 10, "count"));
  CAF_REQUIRE(job.engaged());
  std::vector<job_status> seen;
  wait_options options;
  options.on_progress = [&](const job_status& x) { seen.push_back(x); };
  CAF_REQUIRE(user->wait(*job, options).engaged());
  CAF_REQUIRE(!seen.empty());
  CAF_CHECK(seen.back().state == job_state::succeeded);
  CAF_CHECK_EQUAL(seen.back().succeeded, 10u);
}

CAF_TEST(a_result_can_be_fetched_again) {
  auto job = user->submit(range_of("double", 0, 3, "collect"));
  CAF_REQUIRE(job.engaged());
  auto first = user->finish<integers>(*job);
  auto second = user->finish<integers>(*job);
  CAF_REQUIRE(first.engaged());
  CAF_REQUIRE(second.engaged());
  CAF_CHECK(*second == integers({0, 2, 4}));
}

CAF_TEST(another_client_can_wait_for_a_job) {
  auto job = submit_gate();
  auto other = cluster->connect();
  CAF_REQUIRE(other.engaged());
  open_gate();
  auto result = other->finish<integers>(job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({0}));
}

CAF_TEST(a_cancelled_job_ends_the_wait) {
  auto job = submit_gate();
  auto cancelled = user->cancel(job);
  CAF_REQUIRE(cancelled.engaged());
  CAF_CHECK(cancelled->state == job_state::cancelled);
  auto status = user->wait(job);
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::cancelled);
  CAF_CHECK_EQUAL(code(user->finish<integers>(job)), "job_was_cancelled");
  CAF_CHECK_EQUAL(code(user->cancel(job)), "job_ended");
}

CAF_TEST(a_job_that_never_existed_is_unknown) {
  CAF_CHECK_EQUAL(code(user->wait(77)), "unknown_job");
  CAF_CHECK_EQUAL(code(user->describe(77)), "unknown_job");
  CAF_CHECK_EQUAL(code(user->cancel(77)), "unknown_job");
  CAF_CHECK_EQUAL(code(user->result(77)), "unknown_job");
}

CAF_TEST(jobs_are_listed_oldest_first) {
  auto first = submit_gate();
  auto second = submit_gate();
  auto all = user->jobs();
  CAF_REQUIRE(all.engaged());
  CAF_REQUIRE_EQUAL(all->size(), 2u);
  CAF_CHECK_EQUAL(all->at(0).id, first);
  CAF_CHECK_EQUAL(all->at(1).id, second);
}

CAF_TEST(a_node_is_taken_out_of_work_and_back_in) {
  auto nodes = user->nodes();
  CAF_REQUIRE(nodes.engaged());
  auto name = nodes->front().name;
  auto cordoned = user->cordon(name);
  CAF_REQUIRE(cordoned.engaged());
  CAF_CHECK_EQUAL(cordoned->name, name);
  CAF_CHECK(cordoned->cordoned);
  auto job = submit_gate();
  auto waits = user->explain(job);
  CAF_REQUIRE(waits.engaged());
  CAF_CHECK(waits->state == task_state::ready);
  CAF_REQUIRE_EQUAL(waits->workers.size(), 1u);
  CAF_CHECK(contains(waits->workers[0].why, "cordoned"));
  auto again = user->uncordon(name);
  CAF_REQUIRE(again.engaged());
  CAF_CHECK(!again->cordoned);
  auto drained = user->drain(name, 0ms); // It may have begun already.
  CAF_REQUIRE(drained.engaged());
  CAF_CHECK(drained->cordoned);
  CAF_CHECK_EQUAL(code(user->drain("nobody")), "unknown_node");
  CAF_CHECK_EQUAL(code(user->explain(job, 1)), "bad_usage");
  CAF_CHECK_EQUAL(code(user->explain(77)), "unknown_job");
  open_gate();
  CAF_CHECK(user->uncordon(name).engaged());
  CAF_CHECK(user->finish<integers>(job).engaged());
}

CAF_TEST(the_same_key_is_the_same_job) {
  auto spec = range_of("double", 0, 3, "collect");
  spec.key = "once";
  auto first = user->submit(spec);
  auto second = user->submit(spec);
  CAF_REQUIRE(first.engaged());
  CAF_REQUIRE(second.engaged());
  CAF_CHECK_EQUAL(*first, *second);
  CAF_CHECK(user->finish<integers>(*second).engaged());
}

CAF_TEST(threads_share_a_client) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int64_t j = 0; j < 5; ++j) {
        auto result = user->run<integers>("double", integers{i, j});
        if (result && *result == integers({2 * i, 2 * j}))
          ++good;
      }
    });
  for (auto& x : threads)
    x.join();
  CAF_CHECK_EQUAL(good.load(), 20);
}

CAF_TEST(questions_survive_the_restart_of_whoever_is_asked) {
  coordinator_role_options how;
  how.own_node.name = "lead";
  how.log = make_null_logger();
  auto lead = start_coordinator(system, how);
  CAF_REQUIRE(await_start(system, lead.root).has_value());
  auto now = lead.directory;
  auto asking = client_core::connect(
    system, {}, make_local_dialer([now] { return now->current().front_door; }));
  CAF_REQUIRE(asking.engaged());
  for (int i = 0; i < 5; ++i) {
    caf::anon_send_exit(now->current().membership, caf::exit_reason::kill);
    auto nodes = asking->nodes();
    if (!nodes)
      CAF_MESSAGE(why(nodes).text);
    CAF_CHECK(nodes.engaged());
    caf::anon_send_exit(now->current().membership, caf::exit_reason::kill);
    CAF_CHECK_EQUAL(code(asking->cordon("nobody")), "unknown_node");
    caf::anon_send_exit(now->current().coordinator, caf::exit_reason::kill);
    CAF_CHECK(asking->jobs().engaged());
  }
  lead.stop();
  await_end(system, lead.root);
}

CAF_TEST(a_coordinator_that_is_not_there_is_an_error_in_time) {
  client_options options;
  options.coordinator = {"127.0.0.1", 1};
  options.connect_timeout = 200ms;
  auto made = client::connect(system, options);
  CAF_CHECK_EQUAL(code(made), "cannot_connect");
  CAF_CHECK(contains(why(made).text, "127.0.0.1:1"));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_system_that_was_not_configured_is_refused) {
  caf::actor_system_config plain;
  caf::actor_system system{plain};
  auto made = client::connect(system);
  CAF_REQUIRE(!made.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "not_configured");
}
