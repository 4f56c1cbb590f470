#define CAF_SUITE front_door

#include "actors/front_door.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/messages.hpp"
#include "runtime/wire/register.hpp"

#include <caf/test/dsl.hpp>

#include <memory>
#include <string>

using namespace troupe;

namespace {

struct config : caf::actor_system_config {
  config() {
    register_types(*this);
  }
};

caf::behavior dummy(caf::event_based_actor*) {
  return {[](ping_atom) {}};
}

struct answer {
  bool welcome = false;
  std::string cluster;
  std::string version;
  caf::actor coordinator;
  caf::actor event_hub;
  uint8_t code = 0;
  std::string text;
};

struct fixture : test_coordinator_fixture<config> {
  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  front_door_handles handles{sys.spawn(dummy), sys.spawn(dummy),
                             sys.spawn(dummy), sys.spawn(dummy)};

  caf::actor open_door(const front_door_handles& behind) {
    return sys.spawn(front_door, front_door_options{"red", 77, behind},
                     logger_ptr{log});
  }

  answer knock(const caf::actor& door, const std::string& cluster,
               uint32_t protocol) {
    answer got;
    self->send(door, hello_atom::value, cluster, std::string{"9.9.9"}, protocol,
               std::string{"alpha"}, uint64_t{1} << 40);
    sched.run();
    CAF_REQUIRE(self->has_next_message());
    self->receive(
      [&](welcome_atom, const std::string& name, const std::string& version,
          const caf::actor& coordinator, const caf::actor&, const caf::actor&,
          const caf::actor& hub, uint64_t store) {
        CAF_CHECK_EQUAL(store, 77u);
        got = {true, name, version, coordinator, hub, 0, {}};
      },
      [&](refused_atom, uint8_t code, const std::string& text) {
        got.code = code;
        got.text = text;
      });
    return got;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(front_door_tests, fixture)

CAF_TEST(welcomes_a_node_of_the_cluster) {
  auto got = knock(open_door(handles), "red", protocol_version);
  CAF_REQUIRE(got.welcome);
  CAF_CHECK_EQUAL(got.cluster, "red");
  CAF_CHECK_EQUAL(got.version, product_version);
  CAF_CHECK_EQUAL(got.coordinator, handles.coordinator);
  CAF_CHECK_EQUAL(got.event_hub, handles.event_hub);
}

CAF_TEST(a_request_gets_the_same_as_its_response) {
  auto reply = self->request(
    open_door(handles), caf::infinite, hello_atom::value, std::string{"blue"},
    std::string{"9.9.9"}, protocol_version, std::string{"alpha"}, uint64_t{1});
  sched.run();
  reply.receive(
    [](refused_atom, uint8_t code, const std::string&) {
      CAF_CHECK_EQUAL(code, static_cast<uint8_t>(errc::cluster_mismatch));
    },
    [](const caf::error& x) { CAF_FAIL("no answer: " << to_string(x)); });
}

CAF_TEST(refuses_with_a_sentence_that_names_both_sides) {
  struct row {
    const char* what;
    std::string cluster;
    uint32_t protocol;
    errc want;
    std::string theirs;
    std::string ours;
  };
  const row rows[] = {
    {"cluster", "blue", protocol_version, errc::cluster_mismatch, "\"blue\"",
     "\"red\""},
    {"case matters", "RED", protocol_version, errc::cluster_mismatch, "\"RED\"",
     "\"red\""},
    {"no cluster", "", protocol_version, errc::cluster_mismatch, "\"\"",
     "\"red\""},
    {"newer", "red", protocol_version + 1, errc::version_mismatch, "9.9.9",
     product_version},
    {"older", "red", protocol_version - 1, errc::version_mismatch,
     "protocol " + std::to_string(protocol_version - 1),
     "protocol " + std::to_string(protocol_version)},
    {"both", "blue", 77, errc::version_mismatch, "protocol 77",
     product_version},
  };
  auto door = open_door(handles);
  for (const auto& [what, cluster, protocol, want, theirs, ours] : rows) {
    CAF_MESSAGE(what);
    auto got = knock(door, cluster, protocol);
    CAF_CHECK(!got.welcome);
    CAF_CHECK_EQUAL(to_string(static_cast<errc>(got.code)), to_string(want));
    CAF_CHECK(contains(got.text, "\"alpha\""));
    CAF_CHECK(contains(got.text, theirs));
    CAF_CHECK(contains(got.text, ours));
  }
  CAF_CHECK(log->contains("refused a node"));
}

CAF_TEST(tames_names_from_outside) {
  auto got =
    knock(open_door(handles), std::string(100'000, '\n'), protocol_version);
  CAF_CHECK(!got.welcome);
  CAF_CHECK(got.text.size() < 2000);
  CAF_CHECK(!contains(got.text, "\n"));
}

CAF_TEST(asks_to_come_back_until_everything_is_there) {
  front_door_handles partial = handles;
  partial.event_hub = nullptr;
  auto door = open_door(partial);
  auto got = knock(door, "red", protocol_version);
  CAF_CHECK(!got.welcome);
  CAF_CHECK_EQUAL(to_string(static_cast<errc>(got.code)), "cannot_connect");
  CAF_CHECK(contains(got.text, "try again"));
  self->send(door, handles);
  CAF_CHECK(knock(door, "red", protocol_version).welcome);
}

CAF_TEST(hands_out_the_handles_of_the_last_restart) {
  auto door = open_door(handles);
  auto renewed = handles;
  renewed.coordinator = sys.spawn(dummy);
  self->send(door, renewed);
  auto got = knock(door, "red", protocol_version);
  CAF_CHECK_EQUAL(got.coordinator, renewed.coordinator);
  CAF_CHECK_EQUAL(got.event_hub, handles.event_hub);
}

CAF_TEST(a_hello_of_another_shape_gets_an_error_and_the_door_stays) {
  auto door = open_door(handles);
  auto reply =
    self->request(door, caf::infinite, hello_atom::value, std::string{"red"});
  sched.run();
  bool refused = false;
  reply.receive([] { CAF_FAIL("an answer"); },
                [&](const caf::error& x) { refused = static_cast<bool>(x); });
  CAF_CHECK(refused);
  CAF_CHECK(knock(door, "red", protocol_version).welcome);
}

CAF_TEST_FIXTURE_SCOPE_END()
