#define CAF_SUITE scheduler

#include "tests/actors/scheduler_fixture.hpp"

#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::inline_body;
using test::packed_of;
using test::puppet;
using test::strings_of;

namespace {

struct fixture : test::scheduler_fixture {};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_tests, fixture)

CAF_TEST(asks_membership_to_be_told_of_workers) {
  CAF_CHECK(membership.take<follow_atom>().has_value());
}

CAF_TEST(grants_nothing_before_there_is_credit) {
  up(one, 1, 0);
  add_range_job(1, 10);
  CAF_CHECK(leases_of(one).empty());
  tell(one, window_update{3, 0});
  uint64_t granted = 0;
  for (const auto& x : leases_of(one))
    granted += x.range.size();
  CAF_CHECK(granted > 0u);
  CAF_CHECK(granted <= 3u);
}

CAF_TEST(the_first_grant_of_a_job_brings_its_header) {
  up(one, 1);
  add_range_job(1, 10);
  auto first = only_lease_of(one);
  CAF_CHECK_EQUAL(first.attempt, 1u);
  CAF_CHECK_EQUAL(first.lease.term, test::scheduler_term);
  auto headers = mail_of(one).headers;
  CAF_REQUIRE_EQUAL(headers.size(), 1u);
  CAF_CHECK_EQUAL(headers[0].function, "f");
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK(!leases_of(one).empty());
  CAF_CHECK_EQUAL(mail_of(one).headers.size(), 1u);
}

CAF_TEST(a_job_of_higher_priority_goes_first) {
  auto low = job_terms(1, 10);
  auto high = job_terms(2, 10);
  high.options.priority = 1;
  tell(coordinator, schedule{{low, high}, {}});
  up(one, 1);
  CAF_CHECK_EQUAL(only_lease_of(one).job, 2u);
}

CAF_TEST(a_job_that_fits_into_one_slice_is_reported_with_its_record) {
  up(one, 1);
  add_job(1, {"a"});
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.succeeded, 1u);
  CAF_CHECK_EQUAL(report.attempts, 1u);
  CAF_CHECK_EQUAL(report.log_seq, 1u);
  CAF_REQUIRE_EQUAL(report.only.size(), 1u);
  CAF_CHECK(strings_of(report.only[0].results)
            == std::vector<std::string>({"r"}));
}

CAF_TEST(a_job_of_two_slices_is_reported_without_its_records) {
  up(one, 1);
  add_range_job(1, 2);
  for (auto i = 0; i < 2; ++i) {
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
  }
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.log_seq, 2u);
  CAF_CHECK(report.only.empty());
}

CAF_TEST(what_a_stranger_says_of_leases_and_credit_does_not_count) {
  up(one, 1, 1);
  up(two, 2, 0);
  add_range_job(1, 5);
  auto lease = only_lease_of(one);
  puppet stranger{sys};
  tell(stranger, window_update{1000, 1000});
  tell(stranger, trimmed_leases{{{lease.lease, 0}}});
  tell(stranger, frame_request{1, 0, 10});
  tell(stranger, frame{1, 0, blob{"x"}});
  CAF_CHECK(leases_of(one).empty());
  CAF_CHECK(!stranger.take<frame>());
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(large_inputs_are_served_until_the_worker_is_done) {
  up(one, 1);
  std::string input(300 * limits::kib, 'i');
  add_job(1, {input});
  auto lease = only_lease_of(one);
  CAF_REQUIRE(!lease.inputs.is_inline());
  auto sink = frame_sink::make(lease.inputs, limits::mib, "the inputs");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(one, request);
    while (auto piece = one.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  auto bytes = sink->take();
  CAF_CHECK(strings_of(bytes) == std::vector<std::string>({input}));
  tell(one, sink->done());
  tell(one, frame_request{lease.inputs.transfer, 0, 10});
  CAF_CHECK(one.take<frame>().value().bytes.empty());
}

CAF_TEST(inputs_are_served_only_to_the_worker_they_are_for) {
  up(one, 1);
  add_job(1, {std::string(300 * limits::kib, 'i')});
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, frame_request{lease.inputs.transfer, 0, 10});
  CAF_CHECK(two.take<frame>().value().bytes.empty());
}

CAF_TEST(what_a_lost_worker_held_runs_elsewhere_with_the_same_attempt) {
  up(one, 1);
  add_job(1, {"a"});
  up(two, 2);
  auto lost = only_lease_of(one);
  tell(membership, worker_gone{1});
  auto again = only_lease_of(two);
  CAF_CHECK(again.range == lost.range);
  CAF_CHECK(again.lease != lost.lease);
  CAF_CHECK_EQUAL(again.attempt, 1u);
  CAF_CHECK(strings_of(again.inputs.bytes) == std::vector<std::string>({"a"}));
  tell(one, slices{{slice_of(lost)}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
}

CAF_TEST(failed_tasks_come_back_after_their_backoff) {
  up(one, 1);
  add_range_job(1, 1, 1);
  auto made = slice_of(only_lease_of(one));
  made.failed = {{0, errc::function_failed, "no luck"}};
  made.results = {};
  tell(one, slices{{made}});
  record();
  CAF_CHECK(!last_report(1).all_ended);
  pass(110ms); // The first ceiling is 100 ms.
  auto again = only_lease_of(one);
  CAF_CHECK_EQUAL(again.attempt, 2u);
  CAF_CHECK(again.range == (index_range{0, 1}));
}

CAF_TEST(a_task_out_of_attempts_is_a_dead_letter) {
  up(one, 1);
  add_range_job(1, 1, 0);
  auto made = slice_of(only_lease_of(one));
  made.failed = {{0, errc::function_failed, "no luck"}};
  made.results = {};
  tell(one, slices{{made}});
  record();
  CAF_REQUIRE_EQUAL(dead.size(), 1u);
  CAF_CHECK_EQUAL(dead[0].job, 1u);
  CAF_CHECK_EQUAL(dead[0].attempts, 1u);
  CAF_CHECK_EQUAL(dead[0].text, "no luck");
  CAF_CHECK_EQUAL(dead[0].node, "w1");
  auto report = last_report(1);
  CAF_CHECK(report.all_ended);
  CAF_CHECK_EQUAL(report.dead, 1u);
  CAF_CHECK(test::contains(report.first_dead, "no luck"));
}

CAF_TEST(an_unscheduled_job_is_stopped) {
  up(one, 1);
  add_range_job(1, 5);
  up(two, 2);
  auto lease = leases_of(one).at(0);
  leases_of(two);
  tell(coordinator, unschedule{{1}});
  auto stop = one.take<trim_leases>();
  CAF_REQUIRE(stop.has_value());
  CAF_CHECK(stop->items.at(0).lease == lease.lease);
  CAF_CHECK_EQUAL(stop->items.at(0).end, 0u);
  tell(one, slices{{slice_of(lease)}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
  CAF_CHECK(leases_of(two).empty());
}

CAF_TEST(jobs_that_ended_are_forgotten_with_the_next_grant) {
  up(one, 1);
  add_range_job(1, 1);
  only_lease_of(one);
  tell(coordinator, unschedule{{1}});
  CAF_CHECK(mail_of(one).forget.empty());
  add_range_job(2, 1);
  CAF_CHECK(mail_of(one).forget == std::vector<job_id>({1}));
}

CAF_TEST(many_jobs_that_ended_are_forgotten_at_once) {
  up(one, 1);
  std::vector<job_id> all;
  for (job_id id = 1; id <= limits::jobs_to_forget_max; ++id) {
    add_range_job(id, 1);
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
    all.push_back(id);
  }
  tell(coordinator, unschedule{all});
  CAF_CHECK(mail_of(one).forget == all);
}

CAF_TEST(a_worker_need_not_forget_what_it_never_knew) {
  up(one, 1, 0);
  for (job_id id = 1; id <= limits::jobs_to_forget_max; ++id) {
    add_range_job(id, 1);
    tell(coordinator, unschedule{{id}});
  }
  CAF_CHECK(mail_of(one).forget.empty());
}

CAF_TEST(a_lease_that_is_handed_back_is_granted_again) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(one, window_update{0, 0});
  tell(one, trimmed_leases{{{lease.lease, lease.range.begin}}});
  CAF_CHECK(only_lease_of(two).range == lease.range);
}

CAF_TEST(a_lease_that_is_handed_back_whole_brings_the_header_again) {
  up(one, 1);
  add_range_job(1, 10);
  auto first = only_lease_of(one);
  CAF_CHECK_EQUAL(mail_of(one).headers.size(), 1u);
  // As a worker does that never got the header.
  tell(one, trimmed_leases{{{first.lease, first.range.begin}}});
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
  CAF_CHECK_EQUAL(mail_of(one).headers.size(), 2u);
}

CAF_TEST(ticks_do_not_multiply) {
  up(one, 1);
  auto slow = job_terms(1, 1);
  slow.options.backoff_base_ms = slow.options.backoff_cap_ms = 3'600'000;
  tell(coordinator, schedule{{slow}, {}});
  auto failing = slice_of(only_lease_of(one));
  failing.failed.push_back({0, errc::function_failed, "no", 1});
  failing.results = inline_body(packed_of({}));
  tell(one, slices{{failing}}); // A tick long after now.
  record();
  for (job_id id = 2; id < 50; ++id) {
    add_range_job(id, 1);
    tell(one, slices{{slice_of(only_lease_of(one))}});
    record();
    answers_to(one); // A tick before it.
  }
  CAF_CHECK(sched.clock().schedule().size() < 5u);
}

CAF_TEST(a_worker_cannot_hand_back_the_lease_of_another) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, trimmed_leases{{{lease.lease, lease.range.begin}}});
  CAF_CHECK(leases_of(two).empty());
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(a_paused_job_gets_no_grants) {
  up(one, 1, 0);
  puppet aggregator{sys};
  add_range_job(1, 5);
  tell(aggregator, pause_job{1, true});
  tell(one, window_update{1000, 1000});
  CAF_CHECK(leases_of(one).empty());
  tell(aggregator, pause_job{1, false});
  CAF_CHECK(!leases_of(one).empty());
}

CAF_TEST(a_batch_that_nobody_sent_is_ignored) {
  tell(store, store_accepted{99, {1, 2, 3}});
  up(one, 1);
  add_range_job(1, 1);
  CAF_CHECK_EQUAL(leases_of(one).size(), 1u);
}

// -- failure detection --------------------------------------------------------

CAF_TEST(asks_membership_to_be_told_of_heartbeats) {
  CAF_CHECK(membership.take<follow_health_atom>().has_value());
}

CAF_TEST(a_suspect_gets_nothing_new_and_keeps_what_it_has) {
  up(one, 1);
  add_range_job(1, 10);
  auto first = only_lease_of(one);
  tell(membership, worker_health{1, true});
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
  tell(one, window_update{1000, 1000});
  CAF_CHECK(leases_of(one).empty());
  tell(membership, worker_health{1, false});
  CAF_CHECK(!leases_of(one).empty());
}

CAF_TEST(a_grant_that_got_lost_is_granted_anew) {
  up(one, 1);
  add_range_job(1, 1);
  auto lost = only_lease_of(one);
  // Heartbeats of a worker that has not seen the grant prove nothing, but it
  // is told how far grants went: it would never hear of a lost one.
  for (int i = 0; i < 3; ++i) {
    tell(membership, worker_leases{1, 0, {}});
    auto mark = one.take<grants>();
    CAF_REQUIRE(mark.has_value());
    CAF_CHECK_EQUAL(mark->through, lost.lease.counter);
    CAF_CHECK(mark->items.empty());
  }
  tell(membership, worker_leases{1, lost.lease.counter, {}});
  CAF_CHECK(leases_of(one).empty());
  tell(membership, worker_leases{1, lost.lease.counter, {}});
  auto again = only_lease_of(one);
  CAF_CHECK(again.lease != lost.lease);
  CAF_CHECK(again.range == lost.range);
  CAF_CHECK_EQUAL(again.attempt, 1u);
}

CAF_TEST(a_lease_that_heartbeats_list_stays) {
  up(one, 1);
  add_range_job(1, 1);
  auto held = only_lease_of(one);
  for (int i = 0; i < 5; ++i)
    tell(membership, worker_leases{1, held.lease.counter, {held.lease}});
  CAF_CHECK(leases_of(one).empty());
  CAF_CHECK(!one.take<grants>());
  tell(one, slices{{slice_of(held)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(grants_say_how_far_they_go) {
  up(one, 1);
  add_range_job(1, 1);
  auto message = one.take<grants>();
  CAF_REQUIRE(message.has_value());
  CAF_CHECK_EQUAL(message->through, message->items.back().lease.counter);
}

CAF_TEST(heartbeats_of_a_worker_that_is_gone_do_not_count) {
  up(one, 1);
  add_range_job(1, 1);
  tell(membership, worker_gone{1});
  leases_of(one);
  tell(membership, worker_leases{1, 0, {}});
  tell(membership, worker_health{1, true});
  CAF_CHECK(!one.take<grants>());
}

CAF_TEST_FIXTURE_SCOPE_END()
