#define CAF_SUITE coordinator_readers

#include "tests/actors/cluster_fixture.hpp"
#include "tests/actors/puppet.hpp"

#include <optional>

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::puppet;

namespace {

/// The coordinator is real, with all that is behind it; the test plays clients
/// whose connection breaks.
struct fixture : test::cluster_fixture {
  fixture() {
    start_lead();
    add_worker("w");
  }

  /// Submits a streamed job, which its client watches or not.
  job_id stream(puppet& from, submit_item item, bool watch = true) {
    item.spec.options.stream = true;
    item.watch = watch;
    from.send(now().coordinator, submit_jobs{1, {std::move(item)}});
    sched.run();
    auto reply = from.take<submit_replies>();
    CAF_REQUIRE(reply.has_value());
    CAF_REQUIRE(reply->items.at(0).job != 0);
    return reply->items[0].job;
  }

  job_status status_of(job_id job) {
    job_status result;
    auto pending = other.ask(now().coordinator, describe_job{job});
    sched.run();
    pending.receive([&](const job_status& x) { result = x; },
                    [](const caf::error&) { CAF_FAIL("no status"); });
    return result;
  }

  /// The client connects again and takes what comes.
  std::shared_ptr<watch_call> come_back(job_id job) {
    auto watch = std::make_shared<watch_call>();
    watch->job = job;
    watch->stream = true;
    connect_client();
    call([=](client_session_state& at) {
      at.watch(watch);
      at.count_arrivals(watch);
    });
    pass(50ms);
    return watch;
  }

  std::optional<puppet> client{sys};
  puppet other{sys};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_readers_tests, fixture)

CAF_TEST(results_under_way_to_a_lost_client_are_kept_until_it_is_back) {
  auto job = stream(*client, range_job("echo", 0, 100, "collect"));
  pass(50ms);
  CAF_CHECK(client->take<result_slice>().has_value());
  CAF_CHECK(status_of(job).state == job_state::running);
  client.reset(); // They had not arrived.
  pass(59s);
  CAF_CHECK(status_of(job).state == job_state::running);
  auto watch = come_back(job);
  CAF_CHECK(watch->ended);
  CAF_CHECK(watch->status.state == job_state::succeeded);
  uint64_t results = 0;
  for (const auto& x : watch->slices)
    results += x.range.size();
  CAF_CHECK_EQUAL(results, 100u);
}

CAF_TEST(a_job_whose_results_nobody_reads_does_not_succeed) {
  auto job = stream(*client, range_job("echo", 0, 100, "collect"));
  pass(50ms);
  client.reset();
  pass(61s);
  auto status = status_of(job);
  CAF_CHECK(status.state == job_state::cancelled);
  CAF_CHECK(contains(status.reason, "client lost"));
  CAF_CHECK(contains(status.reason, "read the results"));
  CAF_CHECK_EQUAL(status.succeeded, 100u);
}

CAF_TEST(a_job_that_never_had_a_reader_waits_a_minute_for_one) {
  auto job = stream(*client, range_job("echo", 0, 10, "collect"), false);
  pass(50s);
  CAF_CHECK(status_of(job).state == job_state::running);
  CAF_CHECK(come_back(job)->status.state == job_state::succeeded);
  auto forgotten = stream(*client, range_job("echo", 0, 10, "collect"), false);
  pass(61s);
  CAF_CHECK(status_of(forgotten).state == job_state::cancelled);
}

CAF_TEST(a_failed_job_says_that_its_results_were_not_read) {
  auto item = range_job("fail", 1, 3, "collect");
  item.spec.options.retries = 0;
  auto job = stream(*client, std::move(item));
  client.reset();
  pass(61s);
  auto status = status_of(job);
  CAF_CHECK(status.state == job_state::failed);
  CAF_CHECK(contains(status.reason, "2 of 2 tasks failed"));
  CAF_CHECK(contains(status.reason, "not read"));
}

CAF_TEST(a_cancelled_job_does_not_wait_for_its_lost_reader) {
  auto lost_first = stream(*client, range_job("echo", 0, 10, "collect"));
  client.reset();
  sched.run();
  other.send(now().coordinator, cancel_job{lost_first});
  pass(50ms);
  CAF_CHECK(status_of(lost_first).state == job_state::cancelled);
  client.emplace(sys);
  auto lost_then = stream(*client, range_job("echo", 0, 10, "collect"));
  pass(50ms);
  other.send(now().coordinator, cancel_job{lost_then});
  client.reset();
  pass(50ms);
  CAF_CHECK(status_of(lost_then).state == job_state::cancelled);
}

CAF_TEST(a_cancelled_job_does_not_wait_for_a_reader_that_does_not_read) {
  auto job = stream(*client, range_job("echo", 0, 10, "collect"));
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::running);
  CAF_CHECK_EQUAL(status_of(job).succeeded, 10u);
  other.send(now().coordinator, cancel_job{job});
  pass(50ms);
  CAF_CHECK(status_of(job).state == job_state::cancelled);
  CAF_MESSAGE("nor one that ran only partly");
  auto item = range_job("fail", 1, 11, "collect");
  item.spec.options.backoff_base_ms = 60'000;
  auto half = stream(*client, std::move(item));
  pass(50ms);
  CAF_CHECK(status_of(half).state == job_state::running);
  other.send(now().coordinator, cancel_job{half});
  pass(50ms);
  CAF_CHECK(status_of(half).state == job_state::cancelled);
}

CAF_TEST(a_reader_is_awaited_anew_when_the_coordinator_is) {
  auto job = stream(*client, range_job("echo", 0, 10, "collect"));
  pass(50ms);
  caf::anon_send_exit(now().coordinator, caf::exit_reason::kill);
  pass(50s);
  CAF_CHECK(status_of(job).state == job_state::running);
  pass(12s);
  CAF_CHECK(status_of(job).state == job_state::cancelled);
}

CAF_TEST_FIXTURE_SCOPE_END()
