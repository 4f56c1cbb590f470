#define CAF_SUITE auditor

#include "actors/auditor.hpp"
#include "tests/actors/puppet.hpp"

#include <memory>

using namespace troupe;
using test::puppet;

namespace {

struct fixture : test::stage {
  /// Asks a new AUDITOR; it must end by itself.
  job_audit audit(const store_leases& what) {
    auto subject = sys.spawn(auditor, logger_ptr{log});
    person.monitor(subject);
    job_audit result;
    auto pending = person.ask(subject, what);
    sched.run();
    pending.receive([&](const job_audit& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no audit"); });
    CAF_CHECK(person.take<caf::down_msg>().has_value());
    return result;
  }

  /// A failed job of ten tasks: six succeeded, one of two dead letters is kept,
  /// two were cancelled.
  static store_leases facts() {
    store_leases what;
    what.job = 3;
    what.found = true;
    what.state = job_state::failed;
    what.tasks = 10;
    what.last.dead = 2;
    what.last.cancelled = 2;
    what.dead = {6};
    what.leases.add({lease_event_kind::granted, 3, {1, 1}, 4, {0, 8}, 0, {}});
    what.leases.add(
      {lease_event_kind::accepted, 3, {1, 1}, 0, {0, 8}, 0, {6, 7}});
    return what;
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet person{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(auditor_tests, fixture)

CAF_TEST(it_excuses_what_the_store_says_has_no_result) {
  auto found = audit(facts());
  CAF_CHECK(found.ok);
  CAF_CHECK(found.ended);
  CAF_CHECK_EQUAL(found.job, 3u);
  CAF_CHECK_EQUAL(found.tasks, 10u);
  CAF_CHECK_EQUAL(found.accepted, 6u);
  CAF_CHECK_EQUAL(found.failed, 2u);
}

CAF_TEST(it_excuses_nothing_else) {
  auto what = facts();
  what.last.cancelled = 1;
  CAF_CHECK_EQUAL(audit(what).found, 1u);
  what = facts();
  what.dead.clear(); // Both were purged: that is fine.
  CAF_CHECK(audit(what).ok);
  what.state = job_state::running;
  CAF_CHECK(!audit(what).ended);
}

CAF_TEST_FIXTURE_SCOPE_END()
