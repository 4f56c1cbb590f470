#define CAF_SUITE network

#include "tests/simulation/network.hpp"
#include "tests/simulation/world.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using namespace troupe;
using namespace troupe::simulation;

namespace {

using go_atom = caf::atom_constant<caf::atom("go")>;
using ping = caf::atom_constant<caf::atom("ping")>;
using pong = caf::atom_constant<caf::atom("pong")>;

/// Two nodes: one listens, one dials it.
struct fixture {
  fixture() : where(1, nullptr) {
    server = where.start_node("server", [&](node_number) {
      answerer = where.system().spawn([this](caf::event_based_actor* self) {
        return caf::behavior{
          [=, this](ping, int number) {
            got.push_back(number);
            last_sender =
              caf::actor_cast<caf::strong_actor_ptr>(self->current_sender());
            return caf::make_message(pong::value, number);
          },
          [=](go_atom) { self->quit(caf::exit_reason::user_shutdown); },
        };
      });
    });
    where.set_front_door(server, answerer);
    peer = where.start_node("peer", [&](node_number number) {
      asker = where.system().spawn([this](caf::event_based_actor* self) {
        self->set_down_handler(
          [this](caf::down_msg& x) { downs.push_back(x.reason); });
        return caf::behavior{
          [=, this](pong, int x) { answers.push_back(x); },
          [=, this](go_atom) { self->monitor(door); },
        };
      });
      dial = where.dialer_of(number);
    });
    connect();
  }

  ~fixture() {
    caf::anon_send_exit(asker, caf::exit_reason::kill);
    caf::anon_send_exit(answerer, caf::exit_reason::kill);
    door = nullptr;
    last_sender = nullptr;
    where.run_for(1s);
  }

  void connect() {
    auto to = dial->dial(1s);
    CAF_REQUIRE(to.has_value());
    door = to->front_door;
  }

  void ask(int number) {
    caf::send_as(asker, door, ping::value, number);
  }

  world where;
  node_number server = 0;
  node_number peer = 0;
  caf::actor answerer;
  caf::actor asker;
  caf::actor door;
  std::shared_ptr<dialer> dial;
  std::vector<int> got;
  std::vector<int> answers;
  std::vector<caf::error> downs;
  caf::strong_actor_ptr last_sender;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(network_tests, fixture)

CAF_TEST(messages_take_time_and_keep_their_order) {
  where.wires().now.delay_max = 10ms;
  for (int i = 0; i < 50; ++i)
    ask(i);
  where.run_for(10us);
  CAF_CHECK(got.empty());
  where.run_for(100ms);
  std::vector<int> wanted;
  for (int i = 0; i < 50; ++i)
    wanted.push_back(i);
  CAF_CHECK_EQUAL(got, wanted);
  CAF_CHECK_EQUAL(answers, wanted);
}

CAF_TEST(neither_side_sees_an_actor_of_the_other) {
  ask(1);
  where.run_for(10ms);
  CAF_CHECK(last_sender != caf::actor_cast<caf::strong_actor_ptr>(asker));
  CAF_CHECK(door != answerer);
}

CAF_TEST(a_cut_ends_the_proxies_of_both_sides) {
  caf::anon_send(asker, go_atom::value);
  where.run_for(10ms);
  where.wires().cut(peer, 50ms);
  ask(1);
  where.run_for(100ms);
  CAF_CHECK(got.empty());
  CAF_REQUIRE_EQUAL(downs.size(), 1u);
  CAF_CHECK_EQUAL(downs[0],
                  caf::error{caf::exit_reason::remote_link_unreachable});
  connect();
  ask(2);
  where.run_for(100ms);
  CAF_CHECK_EQUAL(answers, std::vector<int>{2});
}

CAF_TEST(a_silent_direction_swallows_and_tells_nobody) {
  caf::anon_send(asker, go_atom::value);
  where.run_for(10ms);
  where.wires().silence(peer, true, true);
  ask(1);
  where.run_for(1s);
  where.wires().silence(peer, true, false);
  ask(2);
  where.run_for(1s);
  CAF_CHECK_EQUAL(got, std::vector<int>{2});
  CAF_CHECK(downs.empty());
  CAF_CHECK_EQUAL(where.wires().lost(), 1u);
}

CAF_TEST(the_end_of_an_actor_reaches_monitors_over_the_wire) {
  caf::anon_send(asker, go_atom::value);
  where.run_for(10ms);
  caf::anon_send(answerer, go_atom::value);
  where.run_for(10ms);
  CAF_REQUIRE_EQUAL(downs.size(), 1u);
  CAF_CHECK_EQUAL(downs[0], caf::error{caf::exit_reason::user_shutdown});
}

CAF_TEST(a_silent_end_of_a_process_is_not_seen) {
  caf::anon_send(asker, go_atom::value);
  where.run_for(10ms);
  where.end_node(server, true, {answerer});
  where.run_for(1s);
  CAF_CHECK(downs.empty());
}

CAF_TEST(the_end_of_a_process_closes_its_connections) {
  caf::anon_send(asker, go_atom::value);
  where.run_for(10ms);
  where.end_node(server, false, {answerer});
  where.run_for(1s);
  CAF_CHECK_EQUAL(downs.size(), 1u);
}

CAF_TEST(a_frozen_node_handles_everything_later) {
  where.freeze(server, 500ms);
  ask(1);
  where.run_for(400ms);
  CAF_CHECK(got.empty());
  where.run_for(200ms);
  CAF_CHECK_EQUAL(answers, std::vector<int>{1});
}

CAF_TEST(an_unreachable_node_cannot_dial) {
  where.wires().set_reachable(peer, false);
  auto to = dial->dial(1s);
  CAF_REQUIRE(!to.has_value());
  CAF_CHECK_EQUAL(to.error().code, errc::cannot_connect);
}

CAF_TEST_FIXTURE_SCOPE_END()
