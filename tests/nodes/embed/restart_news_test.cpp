#define CAF_SUITE restart_news

#include "nodes/embed/restart_news.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

namespace {

struct fixed_clock final : wall_clock {
  int64_t now_us() const override {
    return 42;
  }
};

struct fixture {
  std::optional<event> note(supervision_event what, const char* id,
                            const char* reason = "") {
    supervision_report report;
    report.what = what;
    report.supervisor = "coordinator/cluster";
    report.child.id = id;
    report.reason = reason;
    return news.note(report);
  }

  fixed_clock clock;
  restart_news news{"lead", clock};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(restart_news_tests, fixture)

CAF_TEST(a_first_start_is_no_news) {
  CAF_CHECK(!note(supervision_event::progress, "store"));
  CAF_CHECK(!note(supervision_event::progress, "scheduler"));
  CAF_CHECK(!note(supervision_event::child_terminated, "store", "killed"));
  CAF_CHECK(!note(supervision_event::intensity_reached, ""));
}

CAF_TEST(a_restart_says_who_and_why) {
  note(supervision_event::progress, "store");
  note(supervision_event::progress, "scheduler");
  note(supervision_event::child_terminated, "store", "killed");
  auto store = note(supervision_event::progress, "store");
  CAF_REQUIRE(store.has_value());
  CAF_CHECK(store->kind == event_kind::actor_restarted);
  CAF_CHECK_EQUAL(store->node, "lead");
  CAF_CHECK_EQUAL(store->at_us, 42u);
  CAF_CHECK_EQUAL(store->text, "the actor coordinator/cluster/store was "
                               "restarted: store ended: killed");
  auto next = note(supervision_event::progress, "scheduler");
  CAF_REQUIRE(next.has_value());
  CAF_CHECK_EQUAL(next->text, "the actor coordinator/cluster/scheduler was "
                              "restarted: store ended: killed");
}

CAF_TEST(a_long_reason_is_cut) {
  note(supervision_event::progress, "store");
  std::string reason(limits::error_text_bytes_max, 'x');
  note(supervision_event::child_terminated, "store", reason.c_str());
  auto store = note(supervision_event::progress, "store");
  CAF_CHECK_EQUAL(store->text.size(), limits::error_text_bytes_max);
}

CAF_TEST_FIXTURE_SCOPE_END()
