#define CAF_SUITE coordinator_tree

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <caf/actor_cast.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

using handles = coordinator_directory::handles;

/// One actor of the tree, by its name and where its handle is.
struct part {
  const char* name;
  std::function<caf::actor(const handles&)> of;
};

template <class Handle>
part part_of(const char* name, Handle handles::*member) {
  return {name, [member](const handles& x) {
            return caf::actor_cast<caf::actor>(x.*member);
          }};
}

struct fixture : test::cluster_fixture {
  const std::vector<part> parts{part_of("front_door", &handles::front_door),
                                part_of("event_hub", &handles::events),
                                part_of("store", &handles::store),
                                part_of("membership", &handles::membership),
                                part_of("scheduler", &handles::scheduler),
                                part_of("coordinator", &handles::coordinator)};

  void kill(const caf::actor& whom) {
    CAF_REQUIRE(whom);
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    sched.run();
  }

  /// What a visitor at the front door is given.
  std::vector<caf::actor> visit() {
    std::vector<caf::actor> result;
    auto pending =
      watcher.ask(now().front_door, hello_atom::value, std::string{"default"},
                  std::string{product_version}, uint32_t{protocol_version},
                  std::string{"visitor"}, uint64_t{1});
    sched.run();
    pending.receive(
      [&](welcome_atom, const std::string&, const std::string&,
          const caf::actor& coordinator, const caf::actor& scheduler,
          const caf::actor& membership, const caf::actor& events, uint64_t) {
        result = {coordinator, scheduler, membership, events};
      },
      [](const caf::error&) { CAF_FAIL("not welcome"); });
    return result;
  }

  std::vector<caf::actor> expected_at_the_door() {
    auto x = now();
    return {caf::actor_cast<caf::actor>(x.coordinator),
            caf::actor_cast<caf::actor>(x.scheduler),
            caf::actor_cast<caf::actor>(x.membership),
            caf::actor_cast<caf::actor>(x.events)};
  }

  puppet watcher{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_tree_tests, fixture)

CAF_TEST(whoever_is_killed_comes_back_and_the_front_door_knows_it) {
  start_lead();
  for (const auto& x : parts) {
    CAF_MESSAGE(x.name);
    auto old = x.of(now());
    kill(old);
    pass(10s);
    auto fresh = x.of(now());
    CAF_CHECK(fresh);
    CAF_CHECK(fresh != old);
    CAF_CHECK(visit() == expected_at_the_door());
  }
}

CAF_TEST(what_was_started_after_it_starts_again_with_it) {
  start_lead();
  for (size_t killed = 2; killed < parts.size(); ++killed) {
    auto before = now();
    kill(parts[killed].of(before));
    pass(10s);
    for (size_t i = 0; i < parts.size(); ++i) {
      CAF_MESSAGE(parts[killed].name << " and " << parts[i].name);
      auto is_same = parts[i].of(now()) == parts[i].of(before);
      CAF_CHECK_EQUAL(is_same, i < killed);
    }
  }
}

CAF_TEST(events_go_to_the_new_event_hub) {
  start();
  kill(caf::actor_cast<caf::actor>(now().events));
  watcher.send(now().events, subscribe{0, 64});
  auto job = submit(range_job("noop", 0, 10, "count"));
  add_worker("another");
  pass(50ms);
  auto has = [told = watcher.take_all<event>()](event_kind kind) {
    return std::any_of(told.begin(), told.end(),
                       [&](const event& x) { return x.kind == kind; });
  };
  CAF_CHECK(has(event_kind::job_state));   // From the coordinator.
  CAF_CHECK(has(event_kind::node_joined)); // From membership.
}

CAF_TEST(a_role_that_crashes_again_and_again_gives_up) {
  error why;
  lead_options.on_gave_up = [&](const error& x) { why = x; };
  start_lead();
  for (int i = 0; i < 1000 && why.code == errc::ok; ++i) {
    if (auto hub = now().events)
      kill(caf::actor_cast<caf::actor>(hub));
    pass(10ms);
  }
  CAF_CHECK(why.text.find("coordinator") != std::string::npos);
}

CAF_TEST(a_restart_a_second_is_no_reason_to_give_up) {
  auto gave_up = false;
  lead_options.on_gave_up = [&](const error&) { gave_up = true; };
  start_lead();
  for (size_t i = 0; i < 60; ++i) {
    if (auto x = parts[i % parts.size()].of(now()))
      kill(x);
    pass(1s);
  }
  pass(10s);
  CAF_CHECK(!gave_up);
  CAF_CHECK(visit() == expected_at_the_door());
}

CAF_TEST_FIXTURE_SCOPE_END()
