#define CAF_SUITE coordinator_room

#include "tests/actors/cluster_fixture.hpp"

#include <string>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// A coordinator with room for 200 KiB. Jobs echo one large text, so that an
/// ended one holds as much as it did before.
struct fixture : test::cluster_fixture {
  fixture() {
    lead_options.memory_bytes_max = 200 * limits::kib;
  }

  submit_item large(size_t bytes) {
    std::string input;
    encode_any(std::string(bytes, 'x'), input);
    return job_of("echo", "any", {input});
  }

  /// Submits and lets it run to its end.
  job_id run(submit_item item) {
    auto job = submit(std::move(item));
    CAF_REQUIRE_EQUAL(to_string(job.call->reply.why.code), "ok");
    pass(100ms);
    CAF_REQUIRE(job.watch->ended);
    CAF_REQUIRE(job.watch->status.state == job_state::succeeded);
    return job.id();
  }

  std::string code_of(submit_item item) {
    return std::string{to_string(submit(std::move(item)).call->reply.why.code)};
  }

  bool is_kept(job_id job) {
    auto call = std::make_shared<fetch_call>();
    call->job = job;
    this->call([=](client_session_state& at) { at.fetch(call); });
    CAF_REQUIRE(call->done);
    return call->problem.code == errc::ok;
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(coordinator_room_tests, fixture)

CAF_TEST(ended_jobs_make_room_for_new_ones_the_oldest_first) {
  start();
  auto first = run(large(90'000));
  auto second = run(large(60'000));
  pass(limits::ended_job_age_min);
  auto third = run(large(70'000));
  CAF_CHECK(!is_kept(first));
  CAF_CHECK(is_kept(second));
  CAF_CHECK(is_kept(third));
}

CAF_TEST(as_many_go_as_are_needed) {
  start();
  std::vector<job_id> old;
  for (int i = 0; i < 4; ++i)
    old.push_back(run(large(30'000)));
  pass(limits::ended_job_age_min);
  auto next = run(large(120'000));
  CAF_CHECK(is_kept(next));
  CAF_CHECK(!is_kept(old[0]));
  CAF_CHECK(!is_kept(old[1]));
}

CAF_TEST(what_has_just_ended_is_kept_though_the_store_is_full) {
  start();
  auto first = run(large(100'000));
  CAF_CHECK_EQUAL(code_of(large(120'000)), "store_full");
  CAF_CHECK(is_kept(first));
}

CAF_TEST(what_is_old_enough_goes_though_nothing_runs) {
  lead_options.finished_job_age_max = 1s;
  start();
  auto first = run(large(100'000));
  pass(2s);
  CAF_CHECK(is_kept(first)); // Nobody needed its room.
  CAF_CHECK_EQUAL(code_of(large(120'000)), "ok");
  CAF_CHECK(!is_kept(first));
}

CAF_TEST(a_job_that_could_never_fit_is_refused) {
  lead_options.memory_bytes_max = 150 * limits::kib;
  start();
  auto first = run(large(100'000));
  pass(limits::ended_job_age_min);
  CAF_CHECK_EQUAL(code_of(large(170'000)), "store_full");
  CAF_CHECK(is_kept(first)); // Its room would not have helped.
}

CAF_TEST(inputs_that_follow_get_the_room_of_ended_jobs) {
  start();
  run(large(100'000));
  pass(limits::ended_job_age_min);
  auto item = job_of("echo", "any", {});
  item.closed = false;
  auto job = submit(std::move(item));
  auto feed = std::make_shared<feed_call>();
  feed->job = job.id();
  append_inputs more;
  more.job = job.id();
  more.seq = 1;
  more.last = true;
  more.inputs.bytes = large(120'000).inputs.bytes;
  more.inputs.size = more.inputs.bytes.size();
  feed->unstored.emplace(1, more);
  feed->unstored_bytes = more.inputs.size;
  call([=](client_session_state& at) { at.feed(feed, more); });
  CAF_CHECK(feed->unstored.empty());
  pass(100ms);
  CAF_CHECK(job.watch->status.state == job_state::succeeded);
}

CAF_TEST_FIXTURE_SCOPE_END()
