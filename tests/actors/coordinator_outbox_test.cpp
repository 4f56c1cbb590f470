#define CAF_SUITE coordinator_outbox

#include "runtime/base/limits.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::puppet;

namespace {

/// The test is a client of a real coordinator.
struct fixture : test::cluster_fixture {
  fixture() {
    start_lead();
    add_worker("w");
  }

  /// Submits many jobs in one message and watches all of them.
  std::vector<job_id> submit_all(size_t count, const submit_item& item) {
    submit_jobs message{1, std::vector<submit_item>(count, item)};
    for (auto& x : message.items)
      x.watch = true;
    client.send(now().coordinator, std::move(message));
    sched.run();
    auto reply = client.take<submit_replies>();
    CAF_REQUIRE(reply.has_value());
    std::vector<job_id> result;
    for (const auto& x : reply->items)
      result.push_back(x.job);
    return result;
  }

  /// Whether one job has succeeded, by what the last update said.
  static bool all_succeeded(const std::vector<job_update>& updates,
                            const std::vector<job_id>& jobs) {
    std::set<job_id> ended;
    for (const auto& x : updates)
      if (x.status.state == job_state::succeeded)
        ended.insert(x.status.id);
    return std::all_of(jobs.begin(), jobs.end(),
                       [&](job_id x) { return ended.contains(x); });
  }

  puppet client{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_outbox_tests, fixture)

CAF_TEST(the_ends_of_many_jobs_share_messages) {
  auto jobs = submit_all(200, range_job("noop", 0, 0, "count"));
  pass(200ms);
  size_t messages = 0;
  std::vector<job_update> updates;
  while (auto list = client.take<job_updates>()) {
    ++messages;
    updates.insert(updates.end(), list->items.begin(), list->items.end());
  }
  CAF_CHECK(all_succeeded(updates, jobs));
  CAF_CHECK(messages < jobs.size() / 2);
}

CAF_TEST(no_list_is_longer_or_larger_than_its_limit) {
  std::string input;
  encode_any(std::string(30'000, 'x'), input);
  auto jobs = submit_all(40, job_of("echo", "any", {input}));
  auto more = submit_all(limits::updates_per_message + 100,
                         range_job("noop", 0, 1, "count"));
  jobs.insert(jobs.end(), more.begin(), more.end());
  pass(500ms);
  std::vector<job_update> updates;
  while (auto list = client.take<job_updates>()) {
    size_t bytes = 0;
    for (const auto& x : list->items)
      bytes += x.result.size();
    CAF_CHECK(bytes <= limits::frame_bytes_max);
    CAF_CHECK(list->items.size() <= limits::updates_per_message);
    updates.insert(updates.end(), list->items.begin(), list->items.end());
  }
  CAF_CHECK(all_succeeded(updates, jobs));
}

CAF_TEST(a_job_that_goes_on_is_scheduled_after_it_was_forgotten) {
  // Whatever is in the mailbox beside each other: the end, and a requeue.
  auto item = range_job("fail", 1, 3, "count");
  item.spec.options.retries = 0;
  auto jobs = submit_all(1, item);
  pass(50ms);
  requeue_dead again;
  again.which.job = jobs[0];
  client.send(now().coordinator, again);
  pass(50ms);
  auto updates = client.take_items<job_updates>();
  CAF_REQUIRE(!updates.empty());
  CAF_CHECK(updates.back().status.state == job_state::failed);
  auto status = client.ask(now().coordinator, describe_job{jobs[0]});
  sched.run();
  status.receive(
    [&](const job_status& x) {
      CAF_CHECK(x.state == job_state::failed);
      CAF_CHECK_EQUAL(x.attempts, 4u);
    },
    [](const caf::error&) { CAF_FAIL("no status"); });
}

CAF_TEST_FIXTURE_SCOPE_END()
