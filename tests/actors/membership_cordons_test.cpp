#define CAF_SUITE membership_cordons

#include "actors/membership.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::puppet;

namespace {

struct fixture : test::stage {
  fixture() {
    membership_options options;
    options.events = hub.as<event_hub_actor>();
    options.store = store.as<store_actor>();
    options.own_node.name = "lead";
    options.own_node.incarnation_id = 7;
    options.log = log;
    nodes = sys.spawn(membership, options);
    scheduler.send(nodes, follow_atom::value);
    scheduler.send(nodes, follow_health_atom::value);
    sched.run();
  }

  ~fixture() override {
    end(nodes);
  }

  void join(const puppet& who, const std::string& name, incarnation id) {
    join_request terms;
    terms.name = name;
    terms.incarnation_id = id;
    terms.version = product_version;
    terms.worker = who.as();
    auto pending = people.ask(nodes, terms);
    sched.run();
    pending.receive([](const join_reply&) {},
                    [](const caf::error&) { CAF_FAIL("not joined"); });
  }

  node_info cordon(const std::string& name, cordon_kind what,
                   uint64_t timeout_ms = 0) {
    node_info result;
    why = {};
    auto pending = people.ask(nodes, cordon_node{name, what, timeout_ms});
    sched.run();
    pending.receive([&](const node_info& x) { result = x; },
                    [&](const caf::error& x) { why = from_caf(x); });
    return result;
  }

  node_info find(const std::string& name) {
    node_info result;
    auto pending = people.ask(nodes, list_nodes_atom::value);
    sched.run();
    pending.receive(
      [&](const std::vector<node_info>& all) {
        for (const auto& x : all)
          if (x.name == name)
            result = x;
      },
      [](const caf::error&) { CAF_FAIL("no list"); });
    return result;
  }

  void beat(incarnation id, uint32_t busy, std::vector<lease_id> held) {
    heartbeat what;
    what.incarnation_id = id;
    what.busy = busy;
    what.held = std::move(held);
    people.send(nodes, what);
    sched.run();
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet hub{sys};
  puppet store{sys};
  puppet scheduler{sys};
  puppet people{sys};
  membership_actor nodes;
  error why;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(membership_cordons_tests, fixture)

CAF_TEST(a_cordon_is_stored_shown_and_told) {
  puppet worker{sys};
  join(worker, "w", 1);
  auto up = scheduler.take<worker_up>();
  CAF_REQUIRE(up.has_value());
  CAF_CHECK(!up->cordoned);
  auto shown = cordon("w", cordon_kind::cordon);
  CAF_CHECK_EQUAL(shown.name, "w");
  CAF_CHECK(shown.cordoned);
  CAF_CHECK(shown.state == node_state::up);
  CAF_CHECK(find("w").cordoned);
  auto kept = store.take_all<store_put_cordon>();
  CAF_REQUIRE_EQUAL(kept.size(), 1u);
  CAF_CHECK_EQUAL(kept[0].node, "w");
  CAF_CHECK(kept[0].cordoned);
  auto told = scheduler.take<worker_cordon>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK_EQUAL(told->worker, up->worker);
  CAF_CHECK(told->what == cordon_kind::cordon);
  CAF_CHECK(!cordon("w", cordon_kind::uncordon).cordoned);
  kept = store.take_all<store_put_cordon>();
  CAF_REQUIRE_EQUAL(kept.size(), 1u);
  CAF_CHECK(!kept[0].cordoned);
  told = scheduler.take<worker_cordon>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->what == cordon_kind::uncordon);
}

CAF_TEST(a_drain_comes_with_its_time) {
  puppet worker{sys};
  join(worker, "w", 1);
  CAF_CHECK(cordon("w", cordon_kind::drain, 30'000).cordoned);
  auto told = scheduler.take<worker_cordon>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->what == cordon_kind::drain);
  CAF_CHECK(told->timeout == 30s);
}

CAF_TEST(a_scheduler_that_comes_later_knows_the_cordons_and_what_is_left) {
  puppet one{sys};
  puppet two{sys};
  puppet three{sys};
  join(one, "w1", 1);
  join(two, "w2", 2);
  join(three, "w3", 3);
  cordon("w1", cordon_kind::cordon);
  cordon("w2", cordon_kind::drain, 500);
  scheduler.take_all<worker_cordon>();
  sched.advance_time(200ms);
  sched.run();
  puppet next{sys};
  next.send(nodes, follow_atom::value);
  next.send(nodes, follow_health_atom::value);
  sched.run();
  std::vector<bool> cordoned;
  for (const auto& x : next.take_all<worker_up>())
    cordoned.push_back(x.cordoned);
  CAF_CHECK(cordoned == std::vector<bool>({true, true, false}));
  auto told = next.take_all<worker_cordon>();
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[0].what == cordon_kind::cordon);
  CAF_CHECK(told[1].what == cordon_kind::drain);
  CAF_CHECK(told[1].timeout == 300ms);
}

CAF_TEST(a_cordon_belongs_to_a_name) {
  {
    puppet worker{sys};
    join(worker, "w", 1);
    cordon("w", cordon_kind::cordon);
  }
  sched.run();
  CAF_CHECK(find("w").state == node_state::gone);
  CAF_CHECK(find("w").cordoned);
  scheduler.take_all<worker_up>();
  puppet again{sys};
  join(again, "w", 2);
  auto up = scheduler.take<worker_up>();
  CAF_REQUIRE(up.has_value());
  CAF_CHECK(up->cordoned);
}

CAF_TEST(a_node_that_is_gone_can_be_cordoned) {
  {
    puppet worker{sys};
    join(worker, "w", 1);
  }
  sched.run();
  auto shown = cordon("w", cordon_kind::drain, 100);
  CAF_CHECK(shown.cordoned);
  CAF_CHECK(shown.state == node_state::gone);
  CAF_CHECK(!scheduler.take<worker_cordon>().has_value());
}

CAF_TEST(cordons_are_read_from_the_store) {
  CAF_CHECK(store.take<store_read_cordons>().has_value());
  puppet early{sys};
  puppet mended{sys};
  join(early, "early", 1); // Before the store has answered.
  join(mended, "mended", 2);
  cordon("mended", cordon_kind::cordon);
  cordon("mended", cordon_kind::uncordon);
  scheduler.take_all<worker_cordon>();
  store.send(nodes, store_cordons{{"away", "early", "mended"}});
  sched.run();
  auto told = scheduler.take_all<worker_cordon>();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK(told[0].what == cordon_kind::cordon);
  CAF_CHECK(find("early").cordoned);
  CAF_CHECK(!find("mended").cordoned);
  // One that never came since is shown, and can be let in again.
  CAF_CHECK(find("away").cordoned);
  CAF_CHECK(find("away").state == node_state::gone);
  CAF_CHECK(!cordon("away", cordon_kind::uncordon).cordoned);
  CAF_CHECK_EQUAL(find("away").name, "");
}

CAF_TEST(unknown_nodes_are_refused_with_the_nearest_name) {
  puppet worker{sys};
  join(worker, "worker-1", 1);
  cordon("worker-l", cordon_kind::cordon);
  CAF_CHECK(why.code == errc::unknown_node);
  CAF_CHECK(contains(why.text, "worker-l"));
  CAF_CHECK(contains(why.text, "did you mean \"worker-1\"?"));
  cordon("lead", cordon_kind::drain);
  CAF_CHECK(why.code == errc::unknown_node);
  CAF_CHECK(contains(why.text, "is the coordinator"));
  cordon("", cordon_kind::drain);
  CAF_CHECK(why.code == errc::protocol_violation);
  CAF_CHECK(store.take_all<store_put_cordon>().empty());
}

CAF_TEST(a_cordoned_node_shows_all_leases_that_it_still_holds) {
  puppet worker{sys};
  join(worker, "w", 1);
  beat(1, 1, {{1, 1}, {1, 2}, {1, 3}});
  CAF_CHECK_EQUAL(find("w").queued, 0u); // As it says of itself.
  cordon("w", cordon_kind::cordon);
  CAF_CHECK_EQUAL(find("w").busy, 1u);
  CAF_CHECK_EQUAL(find("w").queued, 2u);
  beat(1, 0, {});
  CAF_CHECK_EQUAL(find("w").queued, 0u);
}

CAF_TEST(a_cordon_is_an_event) {
  puppet worker{sys};
  join(worker, "w1", 1);
  hub.take_items<events>();
  cordon("w1", cordon_kind::cordon);
  cordon("w1", cordon_kind::drain, 1000);
  cordon("w1", cordon_kind::uncordon);
  cordon("nobody", cordon_kind::cordon);
  auto told = hub.take_items<events>();
  CAF_REQUIRE_EQUAL(told.size(), 3u);
  CAF_CHECK(told[0].kind == event_kind::node_cordoned);
  CAF_CHECK(told[1].kind == event_kind::node_cordoned);
  CAF_CHECK(contains(told[1].text, "drained"));
  CAF_CHECK(told[2].kind == event_kind::node_uncordoned);
  for (const auto& x : told) {
    CAF_CHECK_EQUAL(x.node, "w1");
    CAF_CHECK(x.at_us > 0);
    CAF_CHECK(!x.text.empty());
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
