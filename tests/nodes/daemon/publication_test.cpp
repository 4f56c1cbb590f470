#define CAF_SUITE publication

#include "nodes/daemon/publication.hpp"
#include "nodes/embed/troupe/configure.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <caf/test/unit_test.hpp>

#include <chrono>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

struct config : caf::actor_system_config {
  config() {
    configure(*this, 1);
  }
};

caf::behavior idle() {
  return {[](int) {}};
}

struct fixture {
  ~fixture() {
    for (const auto& x : {first, second})
      caf::anon_send_exit(x, caf::exit_reason::kill);
  }

  config here_config;
  config there_config;
  caf::actor_system here{here_config};
  caf::actor_system there{there_config};
  caf::actor first = here.spawn(idle);
  caf::actor second = here.spawn(idle);
  std::shared_ptr<publication> subject = std::make_shared<publication>(
    here, endpoint{"127.0.0.1", 0}, make_null_logger());
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(publication_tests, fixture)

CAF_TEST(the_port_leads_to_the_new_front_door) {
  CAF_CHECK_EQUAL(subject->address(), "-");
  auto port = subject->open(first);
  CAF_REQUIRE(port.has_value());
  auto address = subject->address();
  CAF_CHECK_EQUAL(address, "127.0.0.1:" + std::to_string(*port));
  auto led_to = there.middleman().remote_actor("127.0.0.1", *port);
  CAF_REQUIRE(led_to.engaged());
  CAF_CHECK_EQUAL(*led_to, first);
  caf::anon_send_exit(first, caf::exit_reason::kill);
  subject->replace(second);
  auto end = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < end) {
    led_to = there.middleman().remote_actor("127.0.0.1", *port);
    if (led_to && *led_to == second)
      break;
  }
  CAF_REQUIRE(led_to.engaged());
  CAF_CHECK_EQUAL(*led_to, second);
}

CAF_TEST(nothing_is_published_before_it_is_opened) {
  subject->replace(first);
  auto port = subject->open(first);
  CAF_REQUIRE(port.has_value());
  auto led_to = there.middleman().remote_actor("127.0.0.1", *port);
  CAF_REQUIRE(led_to.engaged());
  CAF_CHECK_EQUAL(*led_to, first);
}

CAF_TEST(a_port_that_is_taken_is_named) {
  auto port = subject->open(first);
  CAF_REQUIRE(port.has_value());
  publication another{there, {"127.0.0.1", *port}, make_null_logger()};
  auto taken = another.open(there.spawn(idle));
  CAF_REQUIRE(!taken.has_value());
  CAF_CHECK(taken.error().code == errc::port_in_use);
  CAF_CHECK(taken.error().text.find(std::to_string(*port))
            != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
