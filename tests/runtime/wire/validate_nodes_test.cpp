#define CAF_SUITE validate_nodes

#include "runtime/base/limits.hpp"
#include "tests/runtime/wire/validate_rows.hpp"

#include <caf/test/dsl.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::validate_test;

namespace {

struct fixture : test_coordinator_fixture<> {
  join_request good_join() {
    join_request x;
    x.name = "alpha";
    x.incarnation_id = 7;
    x.version = "0.1.0";
    x.roles = {"worker"};
    x.slots = 2;
    x.labels = {"zone=a"};
    x.functions = {{"echo", "str", "null", "str", "gives it back"}};
    x.window_tasks = 4096;
    x.window_bytes = 1 << 20;
    x.held = {{{1, 2}, 3, {4, 5}, 6, 7}};
    x.worker = self;
    return x;
  }
};

template <class Enumeration>
int valid_values() {
  int valid = 0;
  for (int i = 0; i < 256; ++i)
    valid += is_valid(static_cast<Enumeration>(i));
  return valid;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(validate_nodes_tests, fixture)

CAF_TEST(enumerations_of_nodes_have_exactly_their_values) {
  CAF_CHECK_EQUAL(valid_values<node_state>(), 5);
  CAF_CHECK_EQUAL(valid_values<cordon_kind>(), 3);
}

CAF_TEST(join_requests) {
  using limits::name_bytes_max;
  auto with = [this](auto change) { return changed(good_join(), change); };
  using x = join_request;
  check_rows({
    {"good", check(good_join()), ok},
    {"no name", with([](x& j) { j.name = ""; }), bad},
    {"long name", with([](x& j) { j.name = long_text(name_bytes_max); }), bad},
    {"name of two lines", with([](x& j) { j.name = "a\nb"; }), bad},
    {"no incarnation", with([](x& j) { j.incarnation_id = 0; }), bad},
    {"no slots", with([](x& j) { j.slots = 0; }), bad},
    {"hectic heartbeats", with([](x& j) { j.heartbeat_ms = 19; }), bad},
    {"rare heartbeats", with([](x& j) { j.heartbeat_ms = 10'001; }), bad},
    {"no more than rare", with([](x& j) { j.heartbeat_ms = 10'000; }), ok},
    {"all slots", with([](x& j) { j.slots = limits::slots_max; }), ok},
    {"too many slots", with([](x& j) { j.slots = limits::slots_max + 1; }),
     bad},
    {"too many roles", with([](x& j) { j.roles.resize(17, "worker"); }), bad},
    {"empty label", with([](x& j) { j.labels.push_back(""); }), bad},
    {"too many labels", with([](x& j) { j.labels.resize(257, "l"); }), bad},
    {"function without a name",
     with([](x& j) { j.functions.front().name = ""; }), bad},
    {"function with a huge type", with([](x& j) {
       j.functions.front().input_type = long_text(limits::type_bytes_max);
     }),
     bad},
    {"too many functions",
     with([](x& j) { j.functions.resize(4097, j.functions.front()); }), bad},
    {"too much credit", with([](x& j) { j.window_tasks = UINT64_MAX; }), bad},
    {"too much room", with([](x& j) { j.window_bytes = UINT64_MAX; }), bad},
    {"held lease 0", with([](x& j) { j.held.front().lease = {}; }), bad},
    {"held nothing", with([](x& j) {
       j.held.front().rest = {5, 5};
     }),
     bad},
    {"held for attempt 0", with([](x& j) { j.held.front().attempt = 0; }), bad},
    {"too many held leases", with([](x& j) {
       j.held.assign(limits::held_leases_max + 1, j.held.front());
     }),
     bad},
    {"held of no job", with([](x& j) { j.held.front().job = 0; }), bad},
    {"an offer", with([](x& j) {
       j.offers = {20'000, limits::gib, {{"gpu", 10'000}}};
     }),
     ok},
    {"an offer of a cpu a slot", with([](x& j) {
       j.offers = {0, limits::gib, {{"gpu", 10'000}}};
     }),
     ok},
    {"too many cpus", with([](x& j) {
       j.offers.cpus = (limits::resource_amount_max + 1) * resource_unit;
     }),
     bad},
    {"impossible memory",
     with([](x& j) { j.offers.memory_bytes = UINT64_MAX; }), bad},
    {"nothing of a resource", with([](x& j) {
       j.offers.named = {{"gpu", 0}};
     }),
     bad},
    {"resources out of order", with([](x& j) {
       j.offers.named = {{"gpu", 1}, {"disk", 1}};
     }),
     bad},
    {"too many resources", with([](x& j) {
       j.offers.named.resize(limits::named_resources_max + 1, {"gpu", 1});
     }),
     bad},
    {"no worker", with([](x& j) { j.worker = nullptr; }), bad},
  });
}

CAF_TEST(heartbeats) {
  heartbeat good;
  good.incarnation_id = 1;
  good.held = {{1, 1}, {1, 2}};
  check_rows({
    {"good", check(good), ok},
    {"of nobody", check(heartbeat{}), bad},
    {"with as many leases as there may be",
     changed(good,
             [](heartbeat& x) {
               x.held.assign(limits::heartbeat_leases_max, {1, 1});
             }),
     ok},
    {"with more",
     changed(good,
             [](heartbeat& x) {
               x.held.assign(limits::heartbeat_leases_max + 1, {1, 1});
             }),
     bad},
    {"with an impossible lease",
     changed(good, [](heartbeat& x) { x.held[1].counter = 0; }), bad},
  });
}

CAF_TEST(what_people_see_of_nodes) {
  node_info node;
  check_rows({
    {"joined", check(join_reply{1, 1}), ok},
    {"joined as nobody", check(join_reply{0, 1}), bad},
    {"impossible term", check(join_reply{1, UINT64_MAX}), bad},
    {"node", check(node), ok},
    {"node of unknown state",
     changed(node, [](node_info& x) { x.state = static_cast<node_state>(5); }),
     bad},
    {"node with a novel for a name",
     changed(node,
             [](node_info& x) { x.name = long_text(limits::name_bytes_max); }),
     bad},
    {"node with a phi that is no number",
     changed(node, [](node_info& x) { x.phi = std::nan(""); }), bad},
    {"node with an offer",
     changed(node,
             [](node_info& x) {
               x.offers = {20'000, limits::gib, {{"gpu", 10'000}}};
             }),
     ok},
    {"node with an impossible offer",
     changed(node,
             [](node_info& x) {
               x.offers.named = {{"two words", 1}};
             }),
     bad},
  });
}

CAF_TEST(cordons_and_zombies) {
  using x = cordon_node;
  const cordon_node good{"w1", cordon_kind::drain,
                         limits::drain_timeout_max_ms};
  auto with = [&](auto change) { return changed(good, change); };
  check_rows({
    {"drain", check(good), ok},
    {"cordon", check(cordon_node{"w1", cordon_kind::cordon, 0}), ok},
    {"uncordon", check(cordon_node{"w1", cordon_kind::uncordon, 0}), ok},
    {"in an unknown way",
     with([](x& c) { c.what = static_cast<cordon_kind>(3); }), bad},
    {"nobody", with([](x& c) { c.node = ""; }), bad},
    {"a novel", with([](x& c) { c.node = long_text(limits::name_bytes_max); }),
     bad},
    {"two lines", with([](x& c) { c.node = "w\n1"; }), bad},
    {"for ever", with([](x& c) { ++c.timeout_ms; }), bad},
    {"zombies", check(zombie_report{7, 1}), ok},
    {"zombies of nobody", check(zombie_report{0, 1}), bad},
  });
}

CAF_TEST_FIXTURE_SCOPE_END()
