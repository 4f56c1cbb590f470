#define CAF_SUITE worker_node

#include "nodes/daemon/publication.hpp"
#include "nodes/embed/roles.hpp"
#include "runtime/base/random.hpp"
#include "tests/nodes/embed/embed_fixture.hpp"
#include <troupe/worker.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <string>

using namespace std::chrono_literals;
using namespace troupe;

namespace {

/// A coordinator with a port, in one system; workers and clients in another,
/// so that everything crosses TCP.
struct fixture {
  fixture() {
    coordinator_role_options terms;
    terms.own_node.name = "lead";
    terms.own_node.incarnation_id = system_entropy();
    terms.log = make_null_logger();
    lead = start_coordinator(lead_system, terms);
    CAF_REQUIRE(await_start(lead_system, lead.root).has_value());
    auto opened = port->open(lead.directory->current().front_door);
    CAF_REQUIRE(opened.has_value());
    where = {"127.0.0.1", *opened};
    auto own = std::make_shared<function_registry>();
    CAF_REQUIRE(own->add("half", [](int64_t x) { return x / 2; }).has_value());
    functions = own;
  }

  ~fixture() {
    lead.stop();
    await_end(lead_system, lead.root);
  }

  worker_node_options options() const {
    worker_node_options result;
    result.name = "own";
    result.coordinators = {where};
    result.slots = 1;
    result.functions = functions;
    return result;
  }

  worker_node start(worker_node_options how) {
    auto made = worker_node::start(system, std::move(how));
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }

  client connect() {
    client_options how;
    how.coordinator = where;
    auto made = client::connect(system, how);
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }

  bool is_up(const std::string& name) {
    auto all = connect().nodes();
    CAF_REQUIRE(all.engaged());
    for (const auto& x : *all)
      if (x.name == name && x.state == node_state::up)
        return true;
    return false;
  }

  test::host_config lead_config;
  caf::actor_system lead_system{lead_config};
  test::host_config config;
  caf::actor_system system{config};
  std::shared_ptr<publication> port = std::make_shared<publication>(
    lead_system, endpoint{"127.0.0.1", 0}, make_null_logger());
  coordinator_role lead;
  endpoint where;
  std::shared_ptr<const function_registry> functions;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_node_tests, fixture)

CAF_TEST(runs_functions_of_the_host_for_a_coordinator_elsewhere) {
  auto worker = start(options());
  auto result =
    connect().run<std::vector<int64_t>>("half", std::vector<int64_t>{4, 6});
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == std::vector<int64_t>({2, 3}));
  CAF_CHECK_EQUAL(worker.name(), "own");
}

CAF_TEST(a_worker_that_drained_has_left) {
  auto worker = start(options());
  while (!is_up("own"))
    continue;
  CAF_CHECK(worker.drain(5s));
  CAF_CHECK(!is_up("own"));
}

CAF_TEST(a_refusal_for_good_is_told_once) {
  auto how = options();
  how.cluster = "another";
  std::promise<error> told;
  how.on_end = [&](const error& why) { told.set_value(why); };
  auto worker = start(how);
  auto why = told.get_future();
  CAF_REQUIRE(why.wait_for(10s) == std::future_status::ready);
  auto text = to_string(why.get());
  CAF_CHECK(text.find("another") != std::string::npos);
}

CAF_TEST(a_worker_without_a_name_or_functions_gets_some) {
  auto how = options();
  how.name.clear();
  how.functions = nullptr;
  how.slots = 0;
  auto worker = start(how);
  CAF_CHECK(worker.name().starts_with("worker-"));
  auto result =
    connect().run<std::vector<uint64_t>>("sleep", std::vector<uint64_t>{1});
  if (!result)
    CAF_FAIL(to_string(from_caf(result.error())));
  CAF_CHECK(*result == std::vector<uint64_t>({1}));
}

CAF_TEST(an_offer_that_cannot_be_is_refused) {
  auto how = options();
  how.offers.named = {{"gpu", 0}};
  auto made = worker_node::start(system, how);
  CAF_REQUIRE(!made.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "bad_usage");
}

CAF_TEST(nowhere_to_look_is_refused) {
  auto how = options();
  how.coordinators.clear();
  auto made = worker_node::start(system, how);
  CAF_REQUIRE(!made.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "bad_usage");
}

CAF_TEST(a_system_that_was_not_configured_is_refused) {
  caf::actor_system_config bare;
  caf::actor_system other{bare};
  auto made = worker_node::start(other, options());
  CAF_REQUIRE(!made.engaged());
  CAF_CHECK_EQUAL(to_string(from_caf(made.error()).code), "not_configured");
}

CAF_TEST_FIXTURE_SCOPE_END()
