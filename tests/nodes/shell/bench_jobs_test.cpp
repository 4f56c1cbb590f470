#define CAF_SUITE bench_jobs

#include "nodes/shell/bench_jobs.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct fixture : test::embed_fixture {
  /// A client of another cluster in this system, with these functions.
  client connect_to(std::shared_ptr<const function_registry> known) {
    local_cluster_options options;
    options.name = "other";
    options.slots = 1;
    options.functions = std::move(known);
    auto started = local_cluster::start(system, options);
    CAF_REQUIRE(started.engaged());
    other.emplace(std::move(*started));
    auto connected = other->connect();
    CAF_REQUIRE(connected.engaged());
    return std::move(*connected);
  }

  std::optional<local_cluster> other;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(bench_jobs_tests, fixture)

CAF_TEST(slots_of_all_workers_count) {
  auto slots = slots_of(*user);
  CAF_REQUIRE(slots.has_value());
  CAF_CHECK_EQUAL(*slots, 2u);
}

CAF_TEST(throughput_and_latency_are_measured) {
  auto rates = measure_throughput(*user, 1ms);
  CAF_REQUIRE(rates.has_value());
  CAF_CHECK(rates->echo_per_s > 0);
  CAF_CHECK(rates->range_per_s > 0);
  auto latency = measure_latency(*user, 5ms);
  CAF_REQUIRE(latency.has_value());
  CAF_CHECK(latency->samples >= 1);
  CAF_CHECK(latency->p50_us > 0);
  CAF_CHECK(latency->p50_us <= latency->p99_us);
}

CAF_TEST(a_point_of_granularity_is_about_the_tasks_that_were_asked_for) {
  for (auto payload : {true, false}) {
    auto got = measure_granularity(*user, payload, 100us, 10ms, 2);
    CAF_REQUIRE(got.has_value());
    CAF_CHECK(got->length == 100us);
    CAF_CHECK_EQUAL(got->tasks, 200u);
    CAF_CHECK(got->seconds > 0);
    CAF_CHECK(got->efficiency > 0);
    // Tasks that do not spin would have more work in the time than there is.
    CAF_CHECK(got->efficiency < 1.5);
  }
}

CAF_TEST(a_cluster_that_answers_wrong_is_not_measured) {
  auto known = std::make_shared<function_registry>();
  auto lie = [](const value&) { return value{"string", encoded("x"s)}; };
  CAF_REQUIRE(known->add("echo", lie).has_value());
  auto lying = connect_to(known);
  auto got = measure_latency(lying, 1ms);
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK_EQUAL(got.error().text, "task 0 came back with another payload");
}

CAF_TEST(a_cluster_without_the_functions_is_refused) {
  auto known = std::make_shared<function_registry>();
  CAF_REQUIRE(known->add("ech", [](const std::string& x) { return x; }));
  auto poor = connect_to(known);
  auto got = measure_throughput(poor, 1ms);
  CAF_REQUIRE(!got.has_value());
  CAF_CHECK(got.error().text.find("echo") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
