#define CAF_SUITE local_cluster

#include "runtime/base/version.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace troupe;

namespace {

using integers = std::vector<int64_t>;

struct fixture {
  local_cluster start(const local_cluster_options& options = {}) {
    auto made = local_cluster::start(system, options);
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }

  static client connect(const local_cluster& to) {
    auto made = to.connect();
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }

  test::host_config config;
  caf::actor_system system{config};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(local_cluster_tests, fixture)

CAF_TEST(runs_the_built_in_functions) {
  auto cluster = start();
  job_spec spec;
  spec.reducer = "count";
  auto result =
    connect(cluster).run_range<uint64_t>("noop", 0, 1'000'000, spec);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK_EQUAL(*result, 1'000'000u);
}

CAF_TEST(runs_functions_of_the_host_and_only_those) {
  auto own = std::make_shared<function_registry>();
  CAF_REQUIRE(own->add("half", [](int64_t x) { return x / 2; }).has_value());
  local_cluster_options options;
  options.functions = own;
  auto cluster = start(options);
  auto user = connect(cluster);
  auto result = user.run<integers>("half", integers{4, 6});
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({2, 3}));
  auto known = user.functions();
  CAF_REQUIRE(known.engaged());
  CAF_REQUIRE_EQUAL(known->size(), 1u);
  CAF_CHECK_EQUAL(known->at(0).name, "half");
}

CAF_TEST(is_one_node_with_both_roles) {
  local_cluster_options options;
  options.name = "here";
  options.slots = 3;
  auto cluster = start(options);
  auto user = connect(cluster);
  CAF_REQUIRE(user.run_range<std::vector<null>>("noop", 0, 1).engaged());
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  CAF_REQUIRE_EQUAL(nodes->size(), 1u);
  const auto& own = nodes->at(0);
  CAF_CHECK_EQUAL(own.name, "here");
  CAF_CHECK_EQUAL(own.slots, 3u);
  CAF_CHECK_EQUAL(own.version, product_version);
  CAF_CHECK(own.roles == std::vector<std::string>({"coordinator", "worker"}));
}

CAF_TEST(allows_exec_only_when_told) {
  for (auto allowed : {false, true}) {
    CAF_MESSAGE(allowed);
    local_cluster_options options;
    options.permissions.exec = allowed;
    auto cluster = start(options);
    auto user = connect(cluster);
    CAF_REQUIRE(user.run_range<std::vector<null>>("noop", 0, 1).engaged());
    auto known = user.functions();
    CAF_REQUIRE(known.engaged());
    auto listed = false;
    for (const auto& x : *known)
      listed = listed || x.name == "exec";
    CAF_CHECK_EQUAL(listed, allowed);
  }
}

CAF_TEST(its_worker_runs_no_more_at_a_time_than_it_offers) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  auto own = std::make_shared<function_registry>();
  auto work = [&](int64_t x) {
    auto now = ++running;
    for (auto before = most.load();
         before < now && !most.compare_exchange_weak(before, now);)
      ; // Another thread was faster.
    for (int i = 0; i < 1'000; ++i)
      std::this_thread::yield();
    --running;
    return x;
  };
  CAF_REQUIRE(own->add("work", work).has_value());
  local_cluster_options options;
  options.functions = own;
  options.slots = 4;
  options.labels = {"zone=a"};
  options.offers.named = {{"gpu", resource_unit}};
  auto cluster = start(options);
  auto user = connect(cluster);
  job_spec spec;
  spec.options.needs.named = {{"gpu", resource_unit}};
  spec.options.labels = {"zone=a"};
  auto result = user.run_range<integers>("work", 0, 40, spec);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK_EQUAL(result->size(), 40u);
  CAF_CHECK_EQUAL(most.load(), 1);
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  CAF_CHECK(nodes->at(0).labels == options.labels);
  CAF_CHECK(nodes->at(0).offers.named == options.offers.named);
  CAF_CHECK(nodes->at(0).offers.memory_bytes > 0u); // That of the host.
}

CAF_TEST(what_makes_no_sense_is_refused) {
  local_cluster_options placed;
  placed.placement = "best";
  local_cluster_options offering;
  offering.offers.named = {{"two words", resource_unit}};
  for (const auto& options : {placed, offering}) {
    auto made = local_cluster::start(system, options);
    CAF_REQUIRE(!made.engaged());
    CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "bad_usage");
  }
}

CAF_TEST(several_clusters_live_side_by_side) {
  auto one = start();
  auto two = start();
  auto job =
    connect(one).submit(test::embed_fixture::range_of("noop", 0, 1, "count"));
  CAF_REQUIRE(job.engaged());
  auto elsewhere = connect(two).jobs();
  CAF_REQUIRE(elsewhere.engaged());
  CAF_CHECK(elsewhere->empty());
}

CAF_TEST(can_be_moved) {
  auto first = start();
  auto second = std::move(first);
  CAF_CHECK(connect(second).nodes().engaged());
}

CAF_TEST(a_client_may_outlive_its_cluster) {
  std::optional<client> user;
  job_id job = 0;
  {
    auto cluster = start();
    user.emplace(connect(cluster));
    auto submitted =
      user->submit(test::embed_fixture::range_of("noop", 0, 1, "count"));
    CAF_REQUIRE(submitted.engaged());
    CAF_REQUIRE(user->wait(*submitted).engaged());
    job = *submitted;
  }
  wait_options options;
  options.timeout = std::chrono::milliseconds{50};
  auto late = user->wait(job + 1, options);
  CAF_REQUIRE(!late.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(late.error()).code), "timed_out");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a_system_that_was_not_configured_is_refused) {
  caf::actor_system_config plain;
  caf::actor_system system{plain};
  auto made = local_cluster::start(system);
  CAF_REQUIRE(!made.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "not_configured");
}
