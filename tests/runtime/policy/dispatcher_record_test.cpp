#define CAF_SUITE dispatcher_record

#include "runtime/policy/dispatcher.hpp"
#include "runtime/policy/history_audit.hpp"
#include "tests/runtime/policy/dispatcher_stage.hpp"

#include <caf/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace troupe;
using troupe::test::dispatcher_stage;

namespace {

using kind = lease_event_kind;

/// A job of a hundred tasks and a worker that has a lease of some of them.
struct record_stage : dispatcher_stage {
  record_stage() {
    teach("f", 1us);
    core.take_lease_events();
    add_worker(1, 1, {"f"}, 20); // As much as one lease has.
    add_range_job(3, 100, "f", {10ms, 10ms, 3});
    first = dispatch().at(0);
    CAF_REQUIRE(first.range.begin == 0 && first.range.end > 8);
  }

  /// Takes the only event since the last call.
  lease_event only_event() {
    auto events = core.take_lease_events();
    CAF_REQUIRE_EQUAL(events.size(), 1u);
    return events[0];
  }

  void check_only(kind what, index_range range) {
    auto got = only_event();
    CAF_CHECK(got.kind == what);
    CAF_CHECK_EQUAL(got.job, 3u);
    CAF_CHECK(got.lease == first.lease);
    CAF_CHECK_EQUAL(to_string(got.range), to_string(range));
  }

  dispatcher::granted first;
};

} // namespace

CAF_TEST(a_grant_is_recorded_with_its_worker) {
  record_stage stage;
  CAF_CHECK_EQUAL(stage.core.lease_events(), 1u);
  auto got = stage.only_event();
  CAF_CHECK(got.kind == kind::granted);
  CAF_CHECK_EQUAL(got.worker, 1u);
  CAF_CHECK(got.range == stage.first.range);
  CAF_CHECK_EQUAL(stage.core.lease_events(), 0u);
}

CAF_TEST(a_slice_is_recorded_as_soon_as_it_is_taken) {
  record_stage stage;
  stage.core.take_lease_events();
  stage.now += 5ms;
  auto slice = stage.part(stage.first, 0, {0, 4}, {1, 3});
  slice.waited_us = 30;
  slice.took_us = 40;
  stage.core.begin_accept(slice, stage.now);
  auto got = stage.only_event();
  CAF_CHECK(got.kind == kind::accepted);
  auto since = stage.now.time_since_epoch();
  auto at_us = static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(since).count());
  CAF_CHECK_EQUAL(got.at_us, at_us);
  CAF_CHECK_EQUAL(got.waited_us, 30u);
  CAF_CHECK_EQUAL(got.took_us, 40u);
  CAF_CHECK((got.range == index_range{0, 4}));
  CAF_CHECK_EQUAL(got.seq, 0u);
  CAF_CHECK((got.failed == std::vector<task_index>{1, 3}));
}

CAF_TEST(what_ends_a_lease_is_recorded) {
  {
    record_stage stage;
    stage.core.take_lease_events();
    stage.core.trimmed(1, stage.first.lease, 6);
    stage.check_only(kind::trimmed, {6, stage.first.range.end});
    stage.core.trimmed(1, stage.first.lease, 8); // Cuts nothing.
    CAF_CHECK_EQUAL(stage.core.lease_events(), 0u);
    stage.core.revoke(stage.first.lease);
    stage.check_only(kind::revoked, {0, 6});
  }
  {
    record_stage stage;
    stage.core.take_lease_events();
    stage.core.remove_worker(1, stage.now);
    stage.check_only(kind::revoked, stage.first.range);
  }
  {
    record_stage stage;
    stage.core.take_lease_events();
    stage.core.remove_job(3);
    stage.check_only(kind::revoked, stage.first.range);
  }
}

CAF_TEST(a_job_that_is_resumed_begins_a_new_record) {
  dispatcher_stage stage;
  stage.core.resume_job({4, "f", false, 0, {}}, {10, {{2, 3}}, {}, 9, 0},
                        stage.now);
  auto events = stage.core.take_lease_events();
  CAF_REQUIRE_EQUAL(events.size(), 1u);
  CAF_CHECK(events[0].kind == kind::resumed);
  CAF_CHECK_EQUAL(events[0].job, 4u);
}

CAF_TEST(an_honest_record_passes_its_audit_and_a_forged_one_does_not) {
  record_stage stage;
  stage.accept(stage.part(stage.first, 0, {0, 4}, {2}));
  stage.core.remove_worker(1, stage.now);
  stage.add_worker(2, 4);
  stage.now += 1s;
  for (auto granted = stage.dispatch(); !granted.empty();
       granted = stage.dispatch())
    for (const auto& x : granted)
      stage.accept(stage.whole(x));
  auto events = stage.core.take_lease_events();
  audited_job job{3, job_state::succeeded, 100, 0, {}};
  auto found = audit_history(job, events, false);
  CAF_CHECK(found.ok);
  CAF_CHECK_EQUAL(found.accepted, 100u);
  CAF_CHECK_EQUAL(found.failed, 1u);
  events.push_back(events.back());
  CAF_CHECK(!audit_history(job, events, false).ok);
}
