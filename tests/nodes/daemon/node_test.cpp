#define CAF_SUITE node

#include "nodes/daemon/node.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/wire/caf_error.hpp"
#include <troupe/client.hpp>
#include <troupe/configure.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/test/unit_test.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct host_config : caf::actor_system_config {
  host_config() {
    configure(*this, 2);
  }
};

/// A process as far as a node can tell.
struct host {
  host_config config;
  caf::actor_system system{config};
};

/// Two hosts and what their nodes are told.
struct fixture {
  fixture() {
    options.node.name = "lead";
    options.node.listen = {"127.0.0.1", 0};
    options.node.drain_timeout = 200ms;
    options.worker.slots = 1;
    around.log = log;
    around.ram_bytes = limits::gib;
    around.cores = 2;
    around.on_refused = [this](const error& why) { refused.set_value(why); };
  }

  std::unique_ptr<node> start(host& where, const node_options& how) {
    auto made = node::start(where.system, how, around);
    if (!made)
      CAF_FAIL(made.error().text);
    return std::move(*made);
  }

  /// Returns options of a worker that joins the listening node.
  node_options worker_of(const node& lead) {
    auto result = options;
    result.node.name = "hand";
    result.node.roles = {false, true};
    result.node.join = {address_of(lead)};
    return result;
  }

  static endpoint address_of(const node& lead) {
    auto where = parse_endpoint(lead.listen_address());
    CAF_REQUIRE(where.has_value());
    return *where;
  }

  static client connect(host& from, const node& lead) {
    client_options terms;
    terms.coordinator = address_of(lead);
    auto made = client::connect(from.system, terms);
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }

  /// What a signal handler does that sees no second signal.
  static bool go_on() {
    std::this_thread::yield();
    return false;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  std::promise<error> refused;
  node_options options;
  node_surroundings around;
  host here;
  host there;
};

using nothing = std::vector<null>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(node_tests, fixture)

CAF_TEST(port_zero_is_any_free_port) {
  auto lead = start(here, options);
  auto where = address_of(*lead);
  CAF_CHECK_EQUAL(where.host, "127.0.0.1");
  CAF_CHECK(where.port != 0);
}

CAF_TEST(a_node_of_all_roles_serves_clients_over_tcp) {
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 10).engaged());
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  CAF_REQUIRE_EQUAL(nodes->size(), 1u);
  CAF_CHECK_EQUAL(nodes->at(0).name, "lead");
  CAF_CHECK(nodes->at(0).roles
            == std::vector<std::string>({"coordinator", "worker"}));
}

CAF_TEST(a_worker_joins_over_tcp) {
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto hand = start(there, worker_of(*lead));
  CAF_CHECK_EQUAL(hand->listen_address(), "-");
  auto user = connect(there, *lead);
  CAF_CHECK(user.run_range<nothing>("noop", 0, 10).engaged());
}

CAF_TEST(large_bodies_pass_between_nodes) {
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto hand = start(there, worker_of(*lead));
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 1).engaged());
  std::vector<std::string> inputs(3, std::string(limits::mib, 'x'));
  auto result = user.run<std::vector<value>>("echo", inputs);
  CAF_REQUIRE(result.engaged());
  CAF_REQUIRE_EQUAL(result->size(), 3u);
  CAF_CHECK(decode<std::string>(result->at(2).bytes) == inputs[2]);
}

CAF_TEST(slots_default_to_the_cores_and_labels_are_shown) {
  options.worker.slots = 0;
  options.worker.labels = {{"gpu", ""}, {"zone", "b"}};
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 1).engaged());
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  CAF_CHECK_EQUAL(nodes->at(0).slots, 2u);
  CAF_CHECK(nodes->at(0).labels == std::vector<std::string>({"gpu", "zone=b"}));
}

CAF_TEST(what_a_worker_offers_is_shown) {
  around.ram_bytes = 1 << 30;
  options.worker.resources = {{"gpu", 10'000}};
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 1).engaged());
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  // 0 cpus: one for each slot.
  CAF_CHECK(nodes->at(0).offers
            == (resource_set{0, 1 << 30, {{"gpu", 10'000}}}));
}

CAF_TEST(a_port_that_is_in_use_is_named) {
  auto lead = start(here, options);
  auto second = options;
  second.node.listen = address_of(*lead);
  auto made = node::start(there.system, second, around);
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK_EQUAL(to_string(made.error().code), "port_in_use");
  CAF_CHECK(made.error().text.find(lead->listen_address())
            != std::string::npos);
  CAF_CHECK(made.error().text.find("node.listen") != std::string::npos);
}

CAF_TEST(a_worker_of_another_cluster_is_refused) {
  auto lead = start(here, options);
  auto terms = worker_of(*lead);
  terms.node.cluster = "other";
  auto hand = start(there, terms);
  auto why = refused.get_future().get();
  CAF_CHECK_EQUAL(to_string(why.code), "cluster_mismatch");
}

CAF_TEST(a_second_node_with_a_used_name_is_refused) {
  auto lead = start(here, options);
  auto terms = worker_of(*lead);
  terms.node.name = "lead";
  auto hand = start(there, terms);
  auto why = refused.get_future().get();
  CAF_CHECK_EQUAL(to_string(why.code), "name_taken");
  CAF_CHECK(why.text.find("\"lead\"") != std::string::npos);
}

CAF_TEST(an_idle_node_drains_clean) {
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 1).engaged());
  CAF_CHECK(lead->drain(go_on));
}

CAF_TEST(a_worker_drains_clean) {
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto hand = start(there, worker_of(*lead));
  auto user = connect(there, *lead);
  CAF_REQUIRE(user.run_range<nothing>("noop", 0, 1).engaged());
  CAF_CHECK(hand->drain(go_on));
  auto nodes = user.nodes();
  CAF_REQUIRE(nodes.engaged());
  for (const auto& x : *nodes)
    if (x.name == "hand")
      CAF_CHECK(x.state == node_state::gone);
}

CAF_TEST(a_drain_names_the_jobs_that_are_lost) {
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  job_spec spec;
  spec.name = "precious";
  spec.function = "noop";
  spec.inputs = input_kind::integers;
  spec.range = {0, 5, 1};
  auto job = user.submit(spec); // No worker will ever run it.
  CAF_REQUIRE(job.engaged());
  CAF_CHECK(!lead->drain(go_on));
  auto named = false;
  for (const auto& x : log->records())
    for (const auto& [key, value_of] : x.fields)
      named = named || value_of == "precious";
  CAF_CHECK(named);
}

CAF_TEST(a_second_signal_cuts_a_drain_short) {
  options.node.drain_timeout = 5s;
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  job_spec spec;
  spec.function = "noop";
  spec.inputs = input_kind::integers;
  spec.range = {0, 5, 1};
  CAF_REQUIRE(user.submit(spec).engaged());
  CAF_CHECK(!lead->drain([] { return true; }));
}

CAF_TEST(a_draining_coordinator_takes_no_jobs) {
  options.node.roles = {true, false};
  auto lead = start(here, options);
  auto user = connect(there, *lead);
  CAF_REQUIRE(lead->drain(go_on));
  auto late = user.run_range<nothing>("noop", 0, 1);
  CAF_REQUIRE(!late.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(late.error()).code), "draining");
}

CAF_TEST_FIXTURE_SCOPE_END()
