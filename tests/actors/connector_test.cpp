#define CAF_SUITE connector

#include "actors/connector.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>
#include <string>

using namespace troupe;
using test::puppet;

namespace {

/// Finds `door`, or nobody.
class fixed_dialer final : public dialer {
public:
  explicit fixed_dialer(caf::actor door) : door_(std::move(door)) {
    // nop
  }

  result<connection> dial(std::chrono::milliseconds timeout) override {
    CAF_CHECK(timeout == limits::connect_timeout_default);
    if (!door_)
      return fail(errc::cannot_connect, "nobody is there");
    return connection{door_, make_direct_link()};
  }

  std::string target() const override {
    return "the test";
  }

private:
  caf::actor door_;
};

struct fixture : test::stage {
  /// Spawns a connector and runs it to its end.
  void dial(const caf::actor& target) {
    auto subject =
      sys.spawn(connector, caf::actor_cast<dial_reader_actor>(reader.as()),
                std::make_shared<fixed_dialer>(target));
    sched.run();
    self->monitor(subject);
    auto ended = false;
    self->receive([&](caf::down_msg&) { ended = true; });
    CAF_CHECK(ended);
  }

  puppet reader{sys};
  puppet door{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(connector_tests, fixture)

CAF_TEST(reports_the_connection_and_ends) {
  dial(door.as());
  auto told = reader.take<dialed>();
  CAF_REQUIRE(told.has_value());
  CAF_REQUIRE(told->to != nullptr);
  CAF_CHECK(told->to->front_door == door.as());
}

CAF_TEST(reports_why_nobody_was_found_and_ends) {
  dial(nullptr);
  auto told = reader.take<dialed>();
  CAF_REQUIRE(told.has_value());
  CAF_CHECK(told->to == nullptr);
  CAF_CHECK(told->why.code == errc::cannot_connect);
}

CAF_TEST_FIXTURE_SCOPE_END()
