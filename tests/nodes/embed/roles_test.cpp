#define CAF_SUITE roles

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_cast.hpp>

#include <string>
#include <vector>

using namespace troupe;
using test::puppet;

namespace {

struct fixture : test::cluster_fixture {
  std::vector<node_info> nodes() {
    std::vector<node_info> result;
    auto pending = watcher.ask(now().membership, list_nodes_atom::value);
    sched.run();
    pending.receive([&](const std::vector<node_info>& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no list"); });
    return result;
  }

  puppet watcher{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(roles_tests, fixture)

CAF_TEST(the_front_door_leads_to_the_actors_of_the_role) {
  start_lead();
  auto pending =
    watcher.ask(now().front_door, hello_atom::value, std::string{"default"},
                std::string{product_version}, uint32_t{protocol_version},
                std::string{"visitor"}, uint64_t{1});
  sched.run();
  pending.receive(
    [this](welcome_atom, const std::string&, const std::string&,
           const caf::actor& coordinator, const caf::actor& scheduler,
           const caf::actor& membership, const caf::actor& events,
           uint64_t store) {
      CAF_CHECK_EQUAL(store, coordinator_role_options{}.term);
      CAF_CHECK_EQUAL(coordinator, now().coordinator);
      CAF_CHECK_EQUAL(scheduler, now().scheduler);
      CAF_CHECK_EQUAL(membership, now().membership);
      CAF_CHECK_EQUAL(events, now().events);
    },
    [](const caf::error&) { CAF_FAIL("not welcome"); });
}

CAF_TEST(a_coordinator_is_a_node_without_slots) {
  start_lead();
  auto all = nodes();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].name, "lead");
  CAF_CHECK_EQUAL(all[0].slots, 0u);
}

CAF_TEST(a_worker_joins_with_what_it_was_given) {
  start_lead();
  add_worker("w", 3);
  auto all = nodes();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all[1].name, "w");
  CAF_CHECK_EQUAL(all[1].slots, 3u);
  CAF_CHECK(all[1].functions > 0u);
}

CAF_TEST(a_worker_of_another_cluster_is_refused) {
  lead_options.cluster = "blue";
  start_lead();
  add_worker("w");
  CAF_CHECK_EQUAL(to_string(refused.code), "cluster_mismatch");
  CAF_CHECK_EQUAL(nodes().size(), 1u);
}

CAF_TEST(stop_ends_every_actor_of_a_coordinator) {
  start_lead();
  const caf::actor parts[] = {caf::actor_cast<caf::actor>(lead.root),
                              now().front_door,
                              caf::actor_cast<caf::actor>(now().coordinator),
                              caf::actor_cast<caf::actor>(now().scheduler),
                              caf::actor_cast<caf::actor>(now().membership),
                              caf::actor_cast<caf::actor>(now().store),
                              caf::actor_cast<caf::actor>(now().events)};
  for (const auto& x : parts)
    watcher.monitor(x);
  lead.stop();
  sched.run();
  CAF_CHECK_EQUAL(watcher.take_all<caf::down_msg>().size(), 7u);
}

CAF_TEST(stop_ends_every_actor_of_a_worker) {
  start_lead();
  auto& work = add_worker("w");
  watcher.monitor(work.root);
  watcher.monitor(work.directory->current().worker);
  watcher.monitor(work.directory->current().uplink);
  work.stop();
  sched.run();
  CAF_CHECK_EQUAL(watcher.take_all<caf::down_msg>().size(), 3u);
  CAF_CHECK(nodes().at(1).state == node_state::gone);
}

CAF_TEST_FIXTURE_SCOPE_END()
