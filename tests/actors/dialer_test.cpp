#define CAF_SUITE dialer

#include "actors/dialer.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;

namespace {

/// A socket of the loopback interface that holds a port.
class held_port {
public:
  held_port() : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto address = reinterpret_cast<sockaddr*>(&where);
    socklen_t length = sizeof(where);
    CAF_REQUIRE_EQUAL(bind(descriptor_, address, length), 0);
    CAF_REQUIRE_EQUAL(getsockname(descriptor_, address, &length), 0);
    port_ = ntohs(where.sin_port);
  }

  held_port(const held_port&) = delete;
  held_port& operator=(const held_port&) = delete;

  ~held_port() {
    close(descriptor_);
  }

  /// From now on connects succeed, but nobody says anything.
  void listen_silently() {
    CAF_REQUIRE_EQUAL(listen(descriptor_, 8), 0);
  }

  endpoint where() const {
    return {"127.0.0.1", port_};
  }

private:
  int descriptor_;
  uint16_t port_ = 0;
};

caf::behavior dummy(caf::event_based_actor*) {
  return {[](ping_atom) {}};
}

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
    load<caf::io::middleman>();
    set("scheduler.max-threads", size_t{2});
    set("middleman.workers", size_t{0});
  }
};

struct fixture {
  ~fixture() {
    caf::anon_send_exit(door, caf::exit_reason::user_shutdown);
  }

  result<connection> dial(std::vector<endpoint> targets) {
    return make_tcp_dialer(system, std::move(targets))->dial(500ms);
  }

  config cfg;
  caf::actor_system system{cfg};
  caf::actor door = system.spawn(dummy);
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(dialer_tests, fixture)

CAF_TEST(a_closed_port_is_named_with_the_reason) {
  held_port closed;
  auto made = dial({closed.where()});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK_EQUAL(to_string(made.error().code), "cannot_connect");
  CAF_CHECK(contains(made.error().text, to_string(closed.where())));
  CAF_CHECK(contains(made.error().text, "refused"));
}

CAF_TEST(a_host_that_does_not_exist_is_named) {
  auto made = dial({{"no-such-host.invalid", 7400}});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK_EQUAL(to_string(made.error().code), "cannot_connect");
  CAF_CHECK(contains(made.error().text, "no-such-host.invalid:7400"));
}

CAF_TEST(all_addresses_are_named_when_none_answers) {
  held_port one;
  held_port two;
  auto made = dial({one.where(), two.where()});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK(contains(made.error().text, to_string(one.where())));
  CAF_CHECK(contains(made.error().text, to_string(two.where())));
}

CAF_TEST(the_first_address_that_answers_is_taken) {
  auto port = system.middleman().publish(door, 0, "127.0.0.1");
  CAF_REQUIRE(port.engaged());
  held_port closed;
  auto made = dial({closed.where(), {"127.0.0.1", *port}});
  CAF_REQUIRE(made.has_value());
  CAF_CHECK(made->front_door == door);
  CAF_CHECK(made->via->inbound(door) == door);
  CAF_CHECK(made->via->outbound(door) == door);
}

CAF_TEST(a_dialer_says_where_it_leads) {
  auto to = make_tcp_dialer(system, {{"a.example", 1}, {"::1", 2}});
  CAF_CHECK_EQUAL(to->target(), "a.example:1,[::1]:2");
  CAF_CHECK_EQUAL(make_local_dialer([this] { return door; })->target(),
                  "this process");
}

CAF_TEST(a_local_dialer_leads_to_the_front_door) {
  auto made = make_local_dialer([this] { return door; })->dial(1ms);
  CAF_REQUIRE(made.has_value());
  CAF_CHECK(made->front_door == door);
  CAF_CHECK(made->via->inbound(door) == door);
}

CAF_TEST(a_link_that_is_cut_closes_and_cannot_be_made_for_a_while) {
  auto port = system.middleman().publish(door, 0, "127.0.0.1");
  CAF_REQUIRE(port.engaged());
  // A client of another process: in one system there is no connection.
  config other_cfg;
  caf::actor_system other{other_cfg};
  auto to = make_tcp_dialer(other, {{"127.0.0.1", *port}});
  auto made = to->dial(500ms);
  CAF_REQUIRE(made.has_value());
  caf::scoped_actor self{other};
  self->monitor(made->front_door);
  CAF_REQUIRE(to->cut(300ms).has_value());
  self->receive([](const caf::down_msg&) {},
                caf::after(10s) >> [] { CAF_FAIL("nobody was told"); });
  auto refused = to->dial(500ms);
  CAF_REQUIRE(!refused.has_value());
  CAF_CHECK(contains(refused.error().text, "on purpose"));
  result<connection> again = fail(errc::cannot_connect, "");
  for (int i = 0; i < 1000 && !again; ++i) {
    self->receive(caf::after(10ms) >> [] {});
    again = to->dial(500ms);
  }
  CAF_CHECK(again.has_value());
}

CAF_TEST(without_a_connection_nothing_can_be_cut) {
  auto ok = make_local_dialer([this] { return door; })->cut(1s);
  CAF_REQUIRE(!ok.has_value());
  CAF_CHECK(contains(ok.error().text, "this process"));
}

CAF_TEST(a_port_that_says_nothing_is_an_error_in_time) {
  held_port silent;
  silent.listen_silently();
  auto made = dial({silent.where()});
  CAF_REQUIRE(!made.has_value());
  CAF_CHECK_EQUAL(to_string(made.error().code), "cannot_connect");
  CAF_CHECK(contains(made.error().text, to_string(silent.where())));
  CAF_CHECK(contains(made.error().text, "did not answer"));
}

CAF_TEST_FIXTURE_SCOPE_END()
