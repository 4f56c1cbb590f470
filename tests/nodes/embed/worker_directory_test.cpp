#define CAF_SUITE worker_directory

#include "nodes/embed/worker_directory.hpp"
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

  worker_directory subject;
  puppet one{sys};
  puppet two{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_directory_tests, fixture)

CAF_TEST(knows_who_is_up) {
  CAF_CHECK(!subject.current().worker);
  note(supervision_event::progress, "worker", one.as());
  note(supervision_event::progress, "uplink", two.as());
  CAF_CHECK(subject.current().worker == one.as<worker_actor>());
  CAF_CHECK(subject.current().uplink == two.as<uplink_actor>());
}

CAF_TEST(whoever_ends_takes_the_uplink_along) {
  note(supervision_event::progress, "worker", one.as());
  note(supervision_event::progress, "uplink", two.as());
  note(supervision_event::child_terminated, "runners", nullptr);
  CAF_CHECK(subject.current().worker);
  CAF_CHECK(!subject.current().uplink);
  note(supervision_event::child_terminated, "worker", nullptr);
  CAF_CHECK(!subject.current().worker);
}

CAF_TEST(other_reports_change_nothing) {
  note(supervision_event::progress, "worker", one.as());
  note(supervision_event::shutdown_error, "worker", nullptr);
  CAF_CHECK(subject.current().worker);
}

CAF_TEST_FIXTURE_SCOPE_END()
