#define CAF_SUITE history_audit

#include "runtime/base/limits.hpp"
#include "runtime/policy/history_audit.hpp"

#include <caf/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace troupe;

namespace {

using kind = lease_event_kind;
using events = std::vector<lease_event>;

lease_event at(kind what, uint64_t counter, index_range range) {
  return {what, 3, {1, counter}, 7, range, 0, {}};
}

lease_event granted(uint64_t counter, index_range range) {
  return at(kind::granted, counter, range);
}

lease_event accepted(uint64_t counter, index_range range,
                     std::vector<task_index> failed = {}) {
  return {kind::accepted, 3, {1, counter}, 0, range, 4, std::move(failed)};
}

lease_event resumed() {
  return {kind::resumed, 3, {}, 0, {}, 0, {}};
}

/// A job with ten tasks, all of which must have a result.
audited_job job_of(job_state state = job_state::succeeded) {
  return {3, state, 10, 0, {}};
}

void check_first(const job_audit& found, const std::string& want) {
  CAF_CHECK_EQUAL(found.ok, want.empty());
  CAF_CHECK_EQUAL(found.violations.size(), found.found);
  const auto first =
    found.violations.empty() ? std::string{} : found.violations.front();
  CAF_CHECK_EQUAL(first, want);
}

} // namespace

CAF_TEST(histories_that_are_right) {
  struct row {
    const char* what;
    events history;
    uint64_t failed;
    uint64_t leases;
  };
  const row rows[] = {
    {"one lease", {granted(1, {0, 10}), accepted(1, {0, 10})}, 0, 1},
    {"slices",
     {granted(1, {0, 10}), accepted(1, {0, 4}), accepted(1, {4, 10})},
     0,
     1},
    {"leases side by side",
     {granted(1, {5, 10}), granted(2, {0, 5}), accepted(1, {5, 10}),
      accepted(2, {0, 5})},
     0,
     2},
    {"an attempt that failed",
     {granted(1, {0, 10}), accepted(1, {0, 5}, {2}), granted(2, {2, 3}),
      accepted(2, {2, 3}), accepted(1, {5, 10})},
     1,
     2},
    {"a lease that was lost",
     {granted(1, {0, 10}), accepted(1, {0, 4}), at(kind::revoked, 1, {4, 10}),
      granted(2, {4, 10}), accepted(2, {4, 10})},
     0,
     2},
    {"a lease that was cut",
     {granted(1, {0, 10}), at(kind::trimmed, 1, {6, 10}), granted(2, {6, 10}),
      accepted(1, {0, 6}), accepted(2, {6, 10})},
     0,
     2},
    {"a lease that was adopted",
     {granted(1, {0, 10}), accepted(1, {0, 4}), resumed(),
      at(kind::adopted, 1, {4, 10}), accepted(1, {4, 10})},
     0,
     2},
    {"a lease of an earlier book is void",
     {granted(1, {0, 10}), resumed(), granted(2, {0, 10}),
      accepted(2, {0, 10})},
     0,
     2},
    {"a lease that was revoked and adopted",
     {granted(1, {0, 10}), at(kind::revoked, 1, {0, 10}),
      at(kind::adopted, 1, {0, 10}), accepted(1, {0, 10})},
     0,
     2},
  };
  for (const auto& [what, history, failed, leases] : rows) {
    CAF_MESSAGE(what);
    const auto found = audit_history(job_of(), history, false);
    check_first(found, "");
    CAF_CHECK(found.ended);
    CAF_CHECK_EQUAL(found.job, 3u);
    CAF_CHECK_EQUAL(found.tasks, 10u);
    CAF_CHECK_EQUAL(found.accepted, 10u);
    CAF_CHECK_EQUAL(found.failed, failed);
    CAF_CHECK_EQUAL(found.leases, leases);
  }
}

CAF_TEST(violations_have_a_sentence) {
  struct row {
    const char* what;
    events history;
    std::string want;
  };
  const row rows[] = {
    {"accepted twice",
     {granted(1, {0, 10}), accepted(1, {0, 10}), granted(2, {3, 6}),
      accepted(2, {3, 6})},
     "a result of task 3 was accepted twice, the second time in slice 4 of "
     "lease 1.2 with the results of [3, 6)"},
    {"failed after it was accepted",
     {granted(1, {0, 10}), accepted(1, {0, 10}), granted(2, {3, 6}),
      accepted(2, {3, 6}, {3, 4, 5})},
     "task 3 failed in slice 4 of lease 1.2 with the results of [3, 6) after "
     "its result had been accepted"},
    {"from a lease that never was",
     {accepted(9, {0, 10})},
     "slice 4 of lease 1.9 with the results of [0, 10) was accepted, but that "
     "lease was not current"},
    {"from a revoked lease",
     {granted(1, {0, 10}), at(kind::revoked, 1, {0, 10}), accepted(1, {0, 10})},
     "slice 4 of lease 1.1 with the results of [0, 10) was accepted, but that "
     "lease was not current"},
    {"from a lease of an earlier book",
     {granted(1, {0, 10}), resumed(), accepted(1, {0, 10})},
     "slice 4 of lease 1.1 with the results of [0, 10) was accepted, but that "
     "lease was not current"},
    {"from a lease that was used up",
     {granted(1, {0, 5}), accepted(1, {0, 5}), accepted(1, {5, 10})},
     "slice 4 of lease 1.1 with the results of [5, 10) was accepted, but that "
     "lease was not current"},
    {"outside of its lease",
     {granted(1, {0, 9}), accepted(1, {0, 10})},
     "slice 4 of lease 1.1 with the results of [0, 10) was accepted, but only "
     "[0, 9) was left of that lease"},
    {"in the part that was cut off",
     {granted(1, {0, 10}), at(kind::trimmed, 1, {6, 10}), accepted(1, {0, 10})},
     "slice 4 of lease 1.1 with the results of [0, 10) was accepted, but only "
     "[0, 6) was left of that lease"},
    {"two current leases of a task",
     {granted(1, {0, 10}), granted(2, {9, 10}), accepted(1, {0, 10})},
     "lease 1.2 of [9, 10) began while lease 1.1 still had [0, 10)"},
    {"and the other way round",
     {granted(1, {5, 10}), granted(2, {0, 6}), accepted(1, {5, 10}),
      accepted(2, {0, 5})},
     "lease 1.2 of [0, 6) began while lease 1.1 still had [5, 10)"},
    {"a number used twice",
     {granted(1, {0, 5}), granted(1, {5, 10}), accepted(1, {5, 10})},
     "lease 1.1 began a second time"},
    {"no result",
     {granted(1, {0, 10}), accepted(1, {0, 10}, {4, 5})},
     "tasks without an accepted result that are neither dead letters nor "
     "cancelled: 2; the first without one is task 4"},
    {"a task that the job has not",
     {granted(1, {0, 12}), accepted(1, {0, 12})},
     "a result of task 10 was accepted, but the job has only 10 tasks"},
  };
  for (const auto& [what, history, want] : rows) {
    CAF_MESSAGE(what);
    check_first(audit_history(job_of(), history, false), want);
  }
}

CAF_TEST(dead_letters_and_cancelled_tasks_need_no_result) {
  auto job = job_of(job_state::failed);
  const events history{granted(1, {0, 10}), accepted(1, {0, 8}, {2, 5})};
  job.dead = {5, 2};
  job.excused = 2; // [8, 10) was cancelled.
  check_first(audit_history(job, history, false), "");
  job.excused = 1;
  check_first(audit_history(job, history, false),
              "tasks without an accepted result that are neither dead letters "
              "nor cancelled: 1; the first without one is task 8");
  job.dead = {2, 3, 5};
  job.excused = 2;
  check_first(audit_history(job, history, false),
              "task 3 is a dead letter, but a result of it was accepted");
}

CAF_TEST(a_running_job_is_judged_by_what_happened) {
  const auto running = job_of(job_state::running);
  const events history{granted(1, {0, 10}), accepted(1, {0, 4})};
  const auto found = audit_history(running, history, false);
  check_first(found, "");
  CAF_CHECK(!found.ended);
  auto wrong = history;
  wrong.push_back(accepted(1, {0, 4}));
  CAF_CHECK(!audit_history(running, wrong, false).ok);
}

CAF_TEST(an_incomplete_history_is_not_held_against_the_unknown) {
  // The grant of lease 1 is one of the events that went.
  const events history{accepted(1, {5, 7}), granted(2, {7, 10}),
                       accepted(2, {7, 10})};
  const auto found = audit_history(job_of(), history, true);
  check_first(found, "");
  CAF_CHECK(found.incomplete);
  CAF_CHECK_EQUAL(found.accepted, 5u);
  // But what is there is judged.
  auto wrong = history;
  wrong.push_back(accepted(2, {7, 10}));
  CAF_CHECK(!audit_history(job_of(), wrong, true).ok);
  wrong = history;
  wrong.push_back(at(kind::revoked, 1, {}));
  wrong.push_back(accepted(1, {0, 1}));
  CAF_CHECK(!audit_history(job_of(), wrong, true).ok);
  wrong = history;
  wrong.push_back(resumed());
  wrong.push_back(accepted(1, {0, 1}));
  CAF_CHECK(!audit_history(job_of(), wrong, true).ok);
}

CAF_TEST(all_violations_are_counted_and_the_first_are_listed) {
  events history;
  for (uint64_t i = 0; i < 100; ++i)
    history.push_back(accepted(i, {i % 10, i % 10 + 1}));
  const auto found = audit_history(job_of(), history, false);
  CAF_CHECK_EQUAL(found.found, 190u);
  CAF_CHECK_EQUAL(found.violations.size(), limits::violations_listed_max);
}
