#define CAF_SUITE messages

#include "runtime/wire/messages.hpp"
#include "runtime/wire/register.hpp"
#include "tests/runtime/wire/wire_types.hpp"

#include <caf/test/io_dsl.hpp>

#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::wire_test;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
    load<caf::io::middleman>();
  }
};

using inbox = std::vector<caf::message>;

/// Keeps whatever it gets.
caf::behavior mailbox(caf::event_based_actor* self, inbox* received) {
  self->set_default_handler(
    [received](caf::scheduled_actor*,
               caf::message_view& x) -> caf::result<caf::message> {
      received->push_back(x.move_content_to_message());
      return caf::message{};
    });
  return {[](caf::ok_atom) {}};
}

struct fixture : point_to_point_fixture<test_coordinator_fixture<config>> {
  fixture() {
    prepare_connection(mars, earth, "mars", 8080u);
    there = mars.sys.spawn(mailbox, &received);
    here = earth.sys.spawn(mailbox, &ignored);
    mars.publish(there, 8080);
    proxy = earth.remote_actor("mars", 8080);
  }

  ~fixture() {
    // What is published, or was sent as a handle, never dies by itself.
    caf::anon_send_exit(there, caf::exit_reason::kill);
    caf::anon_send_exit(here, caf::exit_reason::kill);
  }

  /// Sends a message from earth to mars and returns what arrives.
  template <class... Ts>
  caf::message cross(const Ts&... xs) {
    received.clear();
    earth.self->send(proxy, xs...);
    run();
    CAF_REQUIRE_EQUAL(received.size(), 1u);
    return received.front();
  }

  template <class T>
  void check_crossing(const T& sent) {
    auto arrived = cross(sent);
    CAF_REQUIRE((arrived.template match_elements<T>()));
    CAF_CHECK_EQUAL(flat(arrived.template get_as<T>(0)), flat(sent));
  }

  inbox received;
  inbox ignored;
  caf::actor there;
  caf::actor here;
  caf::actor proxy;
};

struct check_type {
  fixture& nodes;
  std::set<std::string>& covered;

  template <class T>
  void operator()() const {
    CAF_MESSAGE(wire_name<T>());
    covered.insert(wire_name<T>());
    auto sent = filled<T>(nodes.here);
    CAF_CHECK_NOT_EQUAL(flat(sent), flat(T{}));
    nodes.check_crossing(sent);
    nodes.check_crossing(T{});
    nodes.check_crossing(std::vector<T>{sent, T{}});
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(messages_tests, fixture)

CAF_TEST(every_registered_type_crosses_and_arrives_equal) {
  std::set<std::string> covered;
  for_each_type(registered_types{}, check_type{*this, covered});
  for (const auto& entry : earth.cfg.value_factories_by_name)
    if (entry.first.substr(0, 2) == "t.")
      CAF_CHECK_EQUAL(covered.count(entry.first), 1u);
}

CAF_TEST(the_hello_and_its_answers_cross) {
  auto hello = cross(hello_atom::value, std::string{"c"}, std::string{"1.2.3"},
                     uint32_t{7}, std::string{"n"}, uint64_t{1} << 63);
  CAF_REQUIRE((hello.match_elements<hello_atom, std::string, std::string,
                                    uint32_t, std::string, uint64_t>()));
  CAF_CHECK_EQUAL(hello.get_as<uint64_t>(5), uint64_t{1} << 63);
  auto welcome =
    cross(welcome_atom::value, std::string{"c"}, std::string{"1.2.3"}, here,
          here, here, here, uint64_t{1} << 62);
  CAF_REQUIRE(
    (welcome.match_elements<welcome_atom, std::string, std::string, caf::actor,
                            caf::actor, caf::actor, caf::actor, uint64_t>()));
  CAF_CHECK_EQUAL(welcome.get_as<caf::actor>(6), here);
  auto refused = cross(refused_atom::value, uint8_t{12}, std::string{"why"});
  CAF_REQUIRE((refused.match_elements<refused_atom, uint8_t, std::string>()));
  CAF_CHECK_EQUAL(refused.get_as<uint8_t>(1), 12);
}

CAF_TEST(signals_cross) {
  CAF_CHECK(cross(ping_atom::value).match_elements<ping_atom>());
  CAF_CHECK(cross(leave_atom::value).match_elements<leave_atom>());
  CAF_CHECK(cross(list_nodes_atom::value).match_elements<list_nodes_atom>());
  CAF_CHECK(
    cross(list_functions_atom::value).match_elements<list_functions_atom>());
  CAF_CHECK(cross(unsubscribe_atom::value).match_elements<unsubscribe_atom>());
}

CAF_TEST(values_that_no_enumeration_has_arrive_as_they_are) {
  // CAF does not check them: that is why `validate` exists.
  event sent;
  sent.kind = static_cast<event_kind>(200);
  auto arrived = cross(sent);
  CAF_REQUIRE(arrived.match_elements<event>());
  CAF_CHECK(arrived.get_as<event>(0).kind == static_cast<event_kind>(200));
}

CAF_TEST(a_body_as_large_as_allowed_crosses) {
  frame sent;
  sent.transfer = 1;
  sent.bytes = blob{std::string(limits::frame_bytes_max, '\x7F')};
  check_crossing(sent);
}

CAF_TEST_FIXTURE_SCOPE_END()
