#define CAF_SUITE membership

#include "actors/membership.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/caf_error.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_proxy.hpp>
#include <caf/make_actor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::puppet;

namespace {

constexpr uint64_t term = 42;

/// How this process sees a worker of another one, over one connection.
class far_worker final : public caf::actor_proxy {
public:
  explicit far_worker(caf::actor_config& config) : actor_proxy(config) {
    // nop
  }

  void enqueue(caf::mailbox_element_ptr, caf::execution_unit*) override {
    // nop
  }

  void kill_proxy(caf::execution_unit* context, caf::error why) override {
    cleanup(std::move(why), context);
  }
};

/// How a join ended; nothing of it is set while it is under way.
struct outcome {
  std::optional<join_reply> reply;
  error why;
};

struct fixture : test::stage {
  fixture() {
    membership_options options;
    options.events = hub.as<event_hub_actor>();
    options.store = store.as<store_actor>();
    options.term = term;
    options.own_node.name = "lead";
    options.own_node.incarnation_id = 7;
    options.log = log;
    nodes = sys.spawn(membership, options);
    follower.send(nodes, follow_atom::value);
    sched.run();
  }

  ~fixture() override {
    end(nodes);
  }

  static join_request terms_of(const puppet& worker, const std::string& name,
                               incarnation id) {
    join_request result;
    result.name = name;
    result.incarnation_id = id;
    result.version = product_version;
    result.roles = {"worker"};
    result.slots = 2;
    result.window_tasks = 10;
    result.window_bytes = 20;
    result.worker = worker.as();
    return result;
  }

  /// Sends a join and calls `meanwhile` before the answer is looked at.
  template <class F>
  outcome join(const join_request& terms, F meanwhile) {
    puppet uplink{sys};
    outcome result;
    auto pending = uplink.ask(nodes, terms);
    sched.run();
    meanwhile();
    sched.run();
    pending.receive([&](const join_reply& x) { result.reply = x; },
                    [&](const caf::error& x) { result.why = from_caf(x); });
    return result;
  }

  outcome join(const puppet& worker, const std::string& name, incarnation id) {
    return join(terms_of(worker, name, id), [] {});
  }

  std::vector<node_info> list() {
    std::vector<node_info> result;
    auto pending = follower.ask(nodes, list_nodes_atom::value);
    sched.run();
    pending.receive([&](const std::vector<node_info>& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no list"); });
    return result;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet hub{sys};
  puppet store{sys};
  puppet follower{sys};
  membership_actor nodes;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(membership_tests, fixture)

CAF_TEST(a_worker_gets_an_id_and_the_term) {
  puppet worker{sys};
  auto joined = join(worker, "w", 1);
  CAF_REQUIRE(joined.reply.has_value());
  CAF_CHECK_EQUAL(joined.reply->term, term);
  CAF_CHECK(joined.reply->worker != 0u);
}

CAF_TEST(the_store_is_told_who_is_up) {
  {
    puppet worker{sys};
    join(worker, "w", 1);
    auto up = store.take_all<store_put_node>();
    CAF_REQUIRE_EQUAL(up.size(), 1u);
    CAF_CHECK_EQUAL(up[0].name, "w");
    CAF_CHECK(up[0].up);
  }
  sched.run();
  auto gone = store.take_all<store_put_node>();
  CAF_REQUIRE_EQUAL(gone.size(), 1u);
  CAF_CHECK_EQUAL(gone[0].name, "w");
  CAF_CHECK(!gone[0].up);
}

CAF_TEST(followers_are_told_of_workers_that_come_later) {
  puppet worker{sys};
  auto joined = join(worker, "w", 1);
  auto up = follower.take<worker_up>();
  CAF_REQUIRE(up.has_value());
  CAF_CHECK_EQUAL(up->worker, joined.reply->worker);
  CAF_CHECK_EQUAL(up->node, "w");
  CAF_CHECK_EQUAL(up->handle, worker.as());
  CAF_CHECK_EQUAL(up->slots, 2u);
  CAF_CHECK_EQUAL(up->window_tasks, 10u);
  CAF_CHECK_EQUAL(up->window_bytes, 20u);
}

CAF_TEST(what_a_worker_offers_is_told_and_listed) {
  puppet worker{sys};
  auto terms = terms_of(worker, "w", 1);
  terms.labels = {"zone=a", "ssd"};
  terms.offers = {15'000, 7, {{"gpu", 10'000}}};
  join(terms, [] {});
  auto up = follower.take<worker_up>();
  CAF_REQUIRE(up.has_value());
  CAF_CHECK(up->labels == terms.labels);
  CAF_CHECK(up->offers == terms.offers);
  auto found = false;
  for (const auto& node : list())
    if (node.name == "w") {
      found = true;
      CAF_CHECK(node.offers == terms.offers);
    }
  CAF_CHECK(found);
}

CAF_TEST(followers_are_told_of_workers_that_are_there_already) {
  puppet worker{sys};
  puppet left{sys};
  join(worker, "w", 1);
  join(left, "gone", 2);
  follower.send(nodes, leave_atom::value, uint64_t{2});
  puppet late{sys};
  late.send(nodes, follow_atom::value);
  sched.run();
  auto told = late.take_all<worker_up>();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].node, "w");
}

CAF_TEST(following_twice_tells_once) {
  follower.send(nodes, follow_atom::value);
  puppet worker{sys};
  join(worker, "w", 1);
  CAF_CHECK_EQUAL(follower.take_all<worker_up>().size(), 1u);
}

CAF_TEST(a_follower_that_is_gone_stops_nobody) {
  {
    puppet short_lived{sys};
    short_lived.send(nodes, follow_atom::value);
    sched.run();
  }
  sched.run();
  puppet worker{sys};
  CAF_CHECK(join(worker, "w", 1).reply.has_value());
  CAF_CHECK_EQUAL(follower.take_all<worker_up>().size(), 1u);
}

CAF_TEST(the_same_incarnation_stays_the_worker_that_it_was) {
  puppet worker{sys};
  auto first = join(worker, "w", 1);
  follower.take_all<worker_up>();
  auto terms = terms_of(worker, "w", 1);
  terms.held = {{{42, 7}, 3, {4, 9}, 2, 1}};
  auto second = join(terms, [] {});
  CAF_REQUIRE(second.reply.has_value());
  CAF_CHECK_EQUAL(second.reply->worker, first.reply->worker);
  CAF_CHECK(!follower.take<worker_gone>());
  auto told = follower.take_all<worker_up>();
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].worker, first.reply->worker);
  CAF_CHECK(told[0].joined);
  CAF_REQUIRE_EQUAL(told[0].held.size(), 1u);
  CAF_CHECK(told[0].held[0].lease == (lease_id{42, 7}));
  CAF_CHECK_EQUAL(told[0].held[0].next_seq, 2u);
  CAF_CHECK(!worker.take<ping_atom>());
}

CAF_TEST(a_restarted_worker_of_the_same_process_takes_its_place) {
  auto old = std::make_unique<puppet>(sys);
  auto first = join(*old, "w", 1);
  puppet next{sys};
  auto second = join(next, "w", 1);
  CAF_REQUIRE(second.reply.has_value());
  CAF_CHECK_EQUAL(second.reply->worker, first.reply->worker);
  old.reset(); // Its end comes late and is nobody's any more.
  sched.run();
  CAF_CHECK(!follower.take<worker_gone>());
  CAF_CHECK(follower.take_all<worker_up>().back().handle == next.as());
}

CAF_TEST(
  the_late_end_of_an_old_connection_does_not_remove_a_node_that_is_back) {
  auto id = sys.next_actor_id();
  auto connect = [&] {
    caf::actor_config config;
    return caf::make_actor<far_worker, caf::strong_actor_ptr>(id, sys.node(),
                                                              &sys, config);
  };
  auto old = connect();
  auto next = connect();
  CAF_REQUIRE(caf::actor_cast<caf::actor_addr>(old)
              == caf::actor_cast<caf::actor_addr>(next));
  puppet gone{sys};
  auto terms = terms_of(gone, "w", 1);
  terms.worker = caf::actor_cast<caf::actor>(old);
  CAF_CHECK(join(terms, [] {}).reply.has_value());
  terms.worker = caf::actor_cast<caf::actor>(next);
  puppet uplink{sys};
  auto pending = uplink.ask(nodes, terms);
  auto close = [](const caf::strong_actor_ptr& x) {
    dynamic_cast<caf::actor_proxy&>(*x->get()).kill_proxy(
      nullptr, caf::exit_reason::remote_link_unreachable);
  };
  close(old); // Its news waits behind the join.
  sched.run();
  pending.receive([](const join_reply&) {},
                  [](const caf::error&) { CAF_FAIL("not joined"); });
  CAF_CHECK(!follower.take<worker_gone>());
  CAF_CHECK(list().back().state == node_state::up);
  close(next);
  sched.run();
  CAF_CHECK(follower.take<worker_gone>().has_value());
}

CAF_TEST(a_node_that_is_gone_comes_back_as_another_worker_with_its_leases) {
  puppet worker{sys};
  auto first = join(worker, "w", 1);
  puppet uplink{sys};
  uplink.send(nodes, leave_atom::value, uint64_t{1});
  sched.run();
  follower.take_all<worker_up>();
  auto terms = terms_of(worker, "w", 1);
  terms.held = {{{42, 7}, 3, {4, 9}, 2, 1}};
  auto second = join(terms, [] {});
  CAF_REQUIRE(second.reply.has_value());
  CAF_CHECK(second.reply->worker != first.reply->worker);
  auto told = follower.take<worker_up>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->joined && told->held.size() == 1);
}

CAF_TEST(a_second_node_with_the_name_of_a_living_one_is_refused) {
  puppet old{sys};
  puppet newcomer{sys};
  join(old, "w", 1);
  auto answer = join(terms_of(newcomer, "w", 2), [&] {
    old.answer([](ping_atom) { return uint64_t{1}; });
  });
  CAF_CHECK_EQUAL(to_string(answer.why.code), "name_taken");
  CAF_CHECK(contains(answer.why.text, "\"w\""));
  CAF_CHECK(contains(answer.why.text, "node.name"));
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(a_silent_node_keeps_its_name_for_300_ms) {
  puppet old{sys};
  puppet newcomer{sys};
  join(old, "w", 1);
  follower.take_all<worker_up>();
  auto answer = join(terms_of(newcomer, "w", 2), [&] {
    pass(290ms);
    CAF_CHECK(!follower.take<worker_gone>());
    pass(20ms);
    CAF_CHECK(follower.take<worker_gone>().has_value());
  });
  CAF_REQUIRE(answer.reply.has_value());
  auto up = follower.take<worker_up>();
  CAF_REQUIRE(up.has_value());
  CAF_CHECK_EQUAL(up->handle, newcomer.as());
}

CAF_TEST(the_name_of_a_node_that_is_gone_is_free) {
  std::optional<puppet> old{sys};
  puppet newcomer{sys};
  join(*old, "w", 1);
  old.reset();
  sched.run();
  CAF_CHECK(join(newcomer, "w", 2).reply.has_value());
}

CAF_TEST(the_coordinators_name_belongs_to_its_own_process) {
  puppet stranger{sys};
  puppet own{sys};
  auto refused = join(stranger, "lead", 8);
  CAF_CHECK_EQUAL(to_string(refused.why.code), "name_taken");
  CAF_CHECK(contains(refused.why.text, "coordinator"));
  CAF_CHECK(join(own, "lead", 7).reply.has_value());
}

CAF_TEST(a_join_that_makes_no_sense_is_refused) {
  puppet worker{sys};
  struct row {
    const char* what;
    join_request terms;
  };
  auto no_name = terms_of(worker, "", 1);
  auto no_slots = terms_of(worker, "w", 1);
  no_slots.slots = 0;
  auto no_worker = terms_of(worker, "w", 1);
  no_worker.worker = nullptr;
  auto too_many = terms_of(worker, "w", 1);
  too_many.slots = limits::slots_max + 1;
  const row rows[] = {
    {"no name", no_name},
    {"no slots", no_slots},
    {"no handle", no_worker},
    {"too many slots", too_many},
  };
  for (const auto& [what, terms] : rows) {
    CAF_MESSAGE(what);
    auto answer = join(terms, [] {});
    CAF_CHECK_EQUAL(to_string(answer.why.code), "protocol_violation");
  }
  CAF_CHECK(!follower.take<worker_up>());
}

CAF_TEST(a_node_that_leaves_is_gone_at_once) {
  puppet worker{sys};
  auto joined = join(worker, "w", 1);
  worker.send(nodes, leave_atom::value, uint64_t{1});
  sched.run();
  auto gone = follower.take<worker_gone>();
  CAF_REQUIRE(gone.has_value());
  CAF_CHECK_EQUAL(gone->worker, joined.reply->worker);
  worker.send(nodes, leave_atom::value, uint64_t{1});
  sched.run();
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(a_node_whose_connection_is_lost_is_gone_at_once) {
  std::optional<puppet> worker{sys};
  auto joined = join(*worker, "w", 1);
  worker.reset();
  sched.run();
  auto gone = follower.take<worker_gone>();
  CAF_REQUIRE(gone.has_value());
  CAF_CHECK_EQUAL(gone->worker, joined.reply->worker);
}

CAF_TEST(a_late_down_of_a_replaced_handle_does_not_end_its_successor) {
  std::optional<puppet> old{sys};
  puppet renewed{sys};
  join(*old, "w", 1);
  join(renewed, "w", 1);
  follower.take_all<worker_gone>();
  old.reset();
  sched.run();
  CAF_CHECK(!follower.take<worker_gone>());
}

CAF_TEST(a_node_that_is_gone_keeps_its_up_time) {
  puppet worker{sys};
  join(worker, "w", 1);
  pass(1s);
  worker.send(nodes, leave_atom::value, uint64_t{1});
  pass(5s);
  auto all = list();
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all[0].name, "lead");
  CAF_CHECK_EQUAL(all[0].up_us, 6'000'000u);
  CAF_CHECK_EQUAL(all[1].name, "w");
  CAF_CHECK(all[1].state == node_state::gone);
  CAF_CHECK_EQUAL(all[1].up_us, 1'000'000u);
}

CAF_TEST(a_coordinator_with_a_worker_of_its_own_is_one_node) {
  puppet own{sys};
  join(own, "lead", 7);
  auto all = list();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  CAF_CHECK_EQUAL(all[0].slots, 2u);
}

CAF_TEST(the_functions_of_all_nodes_are_listed_once_and_by_name) {
  puppet one{sys};
  puppet two{sys};
  auto terms = terms_of(one, "one", 1);
  terms.functions = {{"zeta", "int", "null", "int", ""},
                     {"beta", "int", "null", "int", ""}};
  join(terms, [] {});
  terms = terms_of(two, "two", 2);
  terms.functions = {{"beta", "int", "null", "int", ""},
                     {"alpha", "int", "null", "int", ""}};
  join(terms, [] {});
  std::vector<std::string> names;
  auto pending = follower.ask(nodes, list_functions_atom::value);
  sched.run();
  pending.receive(
    [&](const std::vector<function_info>& all) {
      for (const auto& x : all)
        names.push_back(x.name);
    },
    [](const caf::error&) { CAF_FAIL("no list"); });
  CAF_CHECK(names == std::vector<std::string>({"alpha", "beta", "zeta"}));
}

CAF_TEST(comings_and_goings_are_events) {
  puppet worker{sys};
  join(worker, "w", 1);
  worker.send(nodes, leave_atom::value, uint64_t{1});
  sched.run();
  auto told = hub.take_items<events>();
  CAF_REQUIRE_EQUAL(told.size(), 2u);
  CAF_CHECK(told[0].kind == event_kind::node_joined);
  CAF_CHECK_EQUAL(told[0].node, "w");
  CAF_CHECK(told[1].kind == event_kind::node_left);
}

CAF_TEST_FIXTURE_SCOPE_END()
