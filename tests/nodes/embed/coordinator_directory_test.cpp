#define CAF_SUITE coordinator_directory

#include "actors/front_door.hpp"
#include "nodes/embed/coordinator_directory.hpp"
#include "tests/actors/puppet.hpp"

using namespace troupe;
using test::puppet;

namespace {

struct fixture : test::stage {
  void note(supervision_event what, const char* id, const caf::actor& child) {
    supervision_report report;
    report.what = what;
    report.child.id = id;
    subject.note(report, child);
  }

  void up(const char* id, const puppet& child) {
    note(supervision_event::progress, id, child.as());
  }

  void ends(const char* id) {
    note(supervision_event::child_terminated, id, nullptr);
  }

  void all_up() {
    up("front_door", door);
    up("event_hub", hub);
    up("store", kept);
    up("membership", nodes);
    up("scheduler", work);
    up("coordinator", life);
  }

  std::vector<caf::actor> doors;
  coordinator_directory subject{
    [this](const caf::actor& x) { doors.push_back(x); }};
  puppet door{sys};
  puppet hub{sys};
  puppet kept{sys};
  puppet nodes{sys};
  puppet work{sys};
  puppet life{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_directory_tests, fixture)

CAF_TEST(the_front_door_learns_the_handles) {
  all_up();
  auto told = door.take_all<front_door_handles>();
  CAF_REQUIRE(!told.empty());
  CAF_CHECK(told.back().coordinator == life.as());
  CAF_CHECK(told.back().scheduler == work.as());
  CAF_CHECK(told.back().membership == nodes.as());
  CAF_CHECK(told.back().event_hub == hub.as());
  CAF_REQUIRE_EQUAL(doors.size(), 1u);
  CAF_CHECK(doors.front() == door.as());
}

CAF_TEST(nobody_is_let_in_to_actors_that_are_gone) {
  struct row {
    const char* ends;
    int left; ///< Of store, membership, scheduler and coordinator.
  };
  const row rows[] = {{"cluster", 0},   {"store", 0},       {"membership", 1},
                      {"scheduler", 2}, {"coordinator", 3}, {"jobs", 4}};
  for (const auto& [id, left] : rows) {
    CAF_MESSAGE(id);
    all_up();
    ends(id);
    auto x = subject.current();
    auto count = int{x.store != nullptr} + int{x.membership != nullptr}
                 + int{x.scheduler != nullptr} + int{x.coordinator != nullptr};
    CAF_CHECK_EQUAL(count, left);
    auto told = door.take_all<front_door_handles>();
    CAF_CHECK_EQUAL(told.back().coordinator != nullptr, left == 4);
  }
}

CAF_TEST(whoever_outlives_the_event_hub_is_told_of_the_next_one) {
  all_up();
  nodes.take_all<use_event_hub>();
  life.take_all<use_event_hub>();
  puppet next{sys};
  ends("event_hub");
  CAF_CHECK(!subject.current().events);
  up("event_hub", next);
  for (auto* whom : {&nodes, &life}) {
    auto told = whom->take_all<use_event_hub>();
    CAF_REQUIRE(!told.empty());
    CAF_CHECK(told.back().events == next.as());
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
