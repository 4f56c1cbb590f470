#define CAF_SUITE scheduler_slices

#include "tests/actors/scheduler_fixture.hpp"

#include <string>

using namespace troupe;
using test::inline_body;
using test::packed_of;
using test::puppet;

namespace {

struct fixture : test::scheduler_fixture {};

} // namespace

CAF_TEST_FIXTURE_SCOPE(scheduler_slices_tests, fixture)

CAF_TEST(an_answer_rides_on_the_next_grant) {
  up(one, 1);
  add_range_job(1, 2);
  auto first = only_lease_of(one);
  tell(one, slices{{slice_of(first)}});
  record();
  CAF_CHECK(!one.take<slice_answers>());
  auto message = one.take<grants>();
  CAF_REQUIRE(message.has_value());
  CAF_REQUIRE_EQUAL(message->answers.size(), 1u);
  CAF_CHECK(message->answers[0].lease == first.lease);
  CAF_CHECK(message->answers[0].accepted);
}

CAF_TEST(lease_events_ride_on_what_they_led_to) {
  up(one, 1);
  add_range_job(1, 1);
  CAF_CHECK(!store.take<store_accept>()); // A grant alone needs no message.
  tell(one, slices{{slice_of(only_lease_of(one))}});
  auto sent = store.take_all<store_accept>();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK_EQUAL(sent[0].records.size(), 1u);
  CAF_REQUIRE_EQUAL(sent[0].leases.size(), 2u);
  CAF_CHECK(sent[0].leases[0].kind == lease_event_kind::granted);
  CAF_CHECK(sent[0].leases[1].kind == lease_event_kind::accepted);
}

CAF_TEST(a_job_that_goes_leaves_its_lease_events) {
  up(one, 1);
  add_range_job(1, 1);
  tell(coordinator, unschedule{{1}});
  auto sent = store.take_all<store_accept>();
  CAF_REQUIRE_EQUAL(sent.size(), 1u);
  CAF_CHECK(sent[0].records.empty());
  CAF_REQUIRE_EQUAL(sent[0].leases.size(), 2u);
  CAF_CHECK(sent[0].leases[0].kind == lease_event_kind::granted);
  CAF_CHECK(sent[0].leases[1].kind == lease_event_kind::revoked);
}

CAF_TEST(lease_events_without_results_do_not_pile_up) {
  add_range_job(1, 1'000'000);
  size_t sent = 0;
  for (worker_id id = 1; id <= 600; ++id) {
    up(one, id); // A node that is lost again and again.
    tell(membership, worker_gone{id});
    for (const auto& x : store.take_all<store_accept>())
      sent += x.leases.size();
  }
  CAF_CHECK_GREATER_OR_EQUAL(sent, 1024u);
}

CAF_TEST(an_answer_without_a_grant_leaves_after_a_moment) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  CAF_CHECK(!one.take<slice_answers>());
  sched.advance_time(limits::answer_delay);
  sched.run();
  CAF_CHECK(one.take<slice_answers>().has_value());
}

CAF_TEST(the_answer_to_many_bytes_leaves_at_once) {
  up(one, 1);
  add_range_job(1, 1);
  auto made = slice_of(only_lease_of(one));
  auto whole = packed_of({std::string(limits::answered_bytes_max, 'x')});
  made.results = {{}, 9, whole.size()};
  tell(one, slices{{made}});
  while (auto request = one.take<frame_request>())
    if (request->bytes > 0)
      tell(one,
           frame{9, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  record();
  CAF_CHECK(one.take<slice_answers>().has_value());
}

CAF_TEST(a_slice_is_answered_once_the_store_has_it) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  tell(one, slices{{slice_of(lease)}});
  CAF_CHECK(answers_to(one).empty());
  record();
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(answers[0].accepted);
  CAF_CHECK(answers[0].lease == lease.lease);
  CAF_REQUIRE_EQUAL(recorded.size(), 1u);
  CAF_CHECK(recorded[0].range == lease.range);
}

CAF_TEST(slices_of_a_stranger_are_refused_and_not_recorded) {
  up(one, 1);
  add_range_job(1, 1);
  puppet stranger{sys};
  tell(stranger, slices{{slice_of(only_lease_of(one))}});
  auto answers = answers_to(stranger);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(!answers[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(a_slice_of_another_workers_lease_is_refused) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  auto lease = only_lease_of(one);
  tell(two, slices{{slice_of(lease)}});
  CAF_CHECK(!answers_to(two).at(0).accepted);
  tell(one, slices{{slice_of(lease)}});
  record();
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(a_slice_of_a_lease_that_is_not_current_is_refused) {
  up(one, 1);
  add_range_job(1, 1);
  auto stale = slice_of(only_lease_of(one));
  stale.lease.counter += 100;
  tell(one, slices{{stale}});
  auto answers = answers_to(one);
  CAF_REQUIRE_EQUAL(answers.size(), 1u);
  CAF_CHECK(!answers[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(a_duplicate_is_acknowledged_again_only_once_it_is_recorded) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  auto made = slice_of(lease);
  tell(one, slices{{made}});
  tell(one, slices{{made}});
  CAF_CHECK(answers_to(one).empty());
  record();
  CAF_CHECK_EQUAL(recorded.size(), 1u);
  CAF_CHECK_EQUAL(answers_to(one).size(), 1u);
}

CAF_TEST(a_recorded_part_of_a_lease_is_acknowledged_every_time) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}}); // Now it knows run times.
  record();
  add_range_job(2, 1000);
  auto lease = leases_of(one).at(0);
  CAF_REQUIRE(lease.range.size() > 1);
  auto part = slice_of(lease);
  part.range.end = part.range.begin + 1;
  part.results = inline_body(packed_of({"r"}));
  tell(one, slices{{part}});
  record();
  answers_to(one);
  tell(one, slices{{part}});
  auto again = answers_to(one);
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  CAF_CHECK(again[0].accepted);
  CAF_CHECK(!store.take<store_accept>());
}

CAF_TEST(a_hostile_slice_costs_its_own_lease_and_nothing_else) {
  struct row {
    const char* what;
    void (*spoil)(slice&);
  };
  const row rows[] = {
    {"skips a task",
     [](slice& x) {
       ++x.range.begin;
       ++x.range.end;
     }},
    {"is longer than the lease", [](slice& x) { ++x.range.end; }},
    {"is empty", [](slice& x) { x.range.end = x.range.begin; }},
    {"is reversed",
     [](slice& x) {
       x.range = {9, 3};
     }},
    {"ends beyond all jobs", [](slice& x) { x.range.end = ~uint64_t{0}; }},
    {"names another job", [](slice& x) { x.job = 77; }},
    {"names no job", [](slice& x) { x.job = 0; }},
    {"fails a task outside of its range",
     [](slice& x) {
       x.failed = {{x.range.end, errc::function_failed, "no"}};
     }},
    {"fails with an unknown code",
     [](slice& x) {
       x.failed = {{x.range.begin, static_cast<errc>(200), "no"}};
     }},
    {"announces a body that is too large",
     [](slice& x) {
       x.results = {{}, 1, limits::job_result_bytes_max * 2};
     }},
    {"announces a body without bytes",
     [](slice& x) {
       x.results = {{}, 1, 0};
     }},
  };
  up(two, 2);
  add_range_job(1, 1);
  auto untouched = only_lease_of(two);
  tell(two, window_update{0, 0});
  up(one, 1);
  job_id job = 10;
  for (const auto& [what, spoil] : rows) {
    CAF_MESSAGE(what);
    add_range_job(++job, 1);
    auto lease = only_lease_of(one);
    auto bad = slice_of(lease);
    spoil(bad);
    tell(one, slices{{bad}});
    auto stop = one.take<trim_leases>();
    CAF_REQUIRE(stop.has_value());
    CAF_CHECK(stop->items.at(0).lease == lease.lease);
    CAF_CHECK_EQUAL(stop->items.at(0).end, 0u);
    CAF_CHECK(!answers_to(one).at(0).accepted);
    CAF_CHECK(!store.take<store_accept>());
    // Its task is granted anew, under another lease, and can be done.
    auto again = only_lease_of(one);
    CAF_CHECK(again.lease != lease.lease);
    tell(one, slices{{slice_of(again)}});
    record();
    CAF_CHECK(answers_to(one).at(0).accepted);
    CAF_CHECK(last_report(job).all_ended);
  }
  tell(two, slices{{slice_of(untouched)}});
  record();
  CAF_CHECK(answers_to(two).at(0).accepted);
}

CAF_TEST(large_slices_are_pulled_and_recorded_whole) {
  up(one, 1);
  add_range_job(1, 1);
  auto whole = packed_of({std::string(300 * limits::kib, 'x')});
  auto made = slice_of(only_lease_of(one));
  made.results = {{}, 9, whole.size()};
  tell(one, slices{{made}});
  CAF_CHECK(!store.take<store_accept>());
  auto done = false;
  while (auto request = one.take<frame_request>()) {
    CAF_CHECK_EQUAL(request->transfer, 9u);
    done = request->bytes == 0;
    if (!done)
      tell(one,
           frame{9, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 1u);
  CAF_CHECK(recorded[0].results == whole);
  CAF_CHECK(answers_to(one).at(0).accepted);
}

CAF_TEST(slices_behind_a_large_one_wait_for_their_turn) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  add_range_job(2, 1000);
  auto lease = leases_of(one).at(0);
  auto whole = packed_of({std::string(200 * limits::kib, 'x')});
  auto first = slice_of(lease);
  first.range.end = first.range.begin + 1;
  first.results = {{}, 4, whole.size()};
  auto second = slice_of(lease);
  second.seq = 1;
  ++second.range.begin;
  second.range.end = second.range.begin + 1;
  second.results = inline_body(packed_of({"r"}));
  tell(one, slices{{first, second}});
  CAF_CHECK(!store.take<store_accept>());
  tell(one, frame{4, 0, whole});
  recorded.clear();
  record();
  CAF_REQUIRE_EQUAL(recorded.size(), 2u);
  CAF_CHECK(recorded[0].results == whole);
}

CAF_TEST(a_frame_that_was_not_asked_for_revokes_the_lease) {
  up(one, 1);
  add_range_job(1, 1);
  auto lease = only_lease_of(one);
  auto made = slice_of(lease);
  made.results = {{}, 9, 300 * limits::kib};
  tell(one, slices{{made}});
  tell(one, frame{9, 0, blob{"short"}});
  CAF_CHECK(!answers_to(one).at(0).accepted);
  auto stop = one.take<trim_leases>();
  CAF_REQUIRE(stop.has_value());
  CAF_CHECK_EQUAL(stop->items.at(0).end, 0u);
  CAF_CHECK(leases_of(one).at(0).lease != lease.lease);
}

CAF_TEST(a_slice_that_is_being_recorded_survives_its_worker) {
  up(one, 1);
  add_range_job(1, 1);
  up(two, 2);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  tell(membership, worker_gone{1});
  CAF_CHECK(leases_of(two).empty());
  record();
  CAF_CHECK(last_report(1).all_ended);
}

CAF_TEST(a_fatal_slice_is_reported_and_stops_the_job) {
  up(one, 1);
  add_range_job(1, 1);
  tell(one, slices{{slice_of(only_lease_of(one))}});
  record();
  add_range_job(2, 100'000);
  auto made = slice_of(leases_of(one).at(0));
  made.fatal = {errc::integer_overflow, "too much"};
  tell(one, slices{{made}});
  record();
  CAF_CHECK_EQUAL(last_report(2).fatal.text, "too much");
  CAF_CHECK(leases_of(one).empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
