#define CAF_SUITE worker

#include "tests/actors/worker_fixture.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;
using test::encoded;
using test::packed_of;
using test::strings_of;

namespace {

struct fixture : test::worker_fixture {};

} // namespace

CAF_TEST_FIXTURE_SCOPE(worker_tests, fixture)

CAF_TEST(gives_credit_once_it_is_attached) {
  start(3);
  auto window = lead.take<window_update>();
  CAF_REQUIRE(window.has_value());
  CAF_CHECK_EQUAL(window->tasks, 3 * limits::credit_range_tasks_max);
  CAF_CHECK_EQUAL(window->bytes, limits::worker_input_window_bytes);
}

CAF_TEST(a_lease_becomes_one_slice_at_its_end) {
  start();
  tell(work({header_of(1)}, {lease(1, 4, 7)}));
  auto slices_made = made();
  CAF_REQUIRE_EQUAL(slices_made.size(), 1u);
  const auto& x = slices_made[0];
  CAF_CHECK(x.lease == (lease_id{1, 1}));
  CAF_CHECK_EQUAL(x.job, 1u);
  CAF_CHECK_EQUAL(x.seq, 0u);
  CAF_CHECK(x.range == (index_range{4, 7}));
  CAF_CHECK(x.failed.empty());
  CAF_CHECK(strings_of(x.results.bytes)
            == std::vector<std::string>(
              {encoded(int64_t{4}), encoded(int64_t{5}), encoded(int64_t{6})}));
}

CAF_TEST(leases_of_one_slot_run_in_the_order_they_came) {
  start();
  tell(work({header_of(1)}, {lease(1, 5, 6), lease(2, 0, 1), lease(3, 2, 3)}));
  CAF_CHECK(ran == std::vector<int64_t>({5, 0, 2}));
  CAF_CHECK_EQUAL(made().size(), 3u);
}

CAF_TEST(each_slot_gets_a_lease_of_its_own) {
  start(2);
  lead.send(subject, work({header_of(1)}, {lease(1, 0, 1), lease(2, 1, 2), //
                                           lease(3, 2, 3)}));
  run_worker();
  CAF_CHECK_EQUAL(sched.jobs.size(), 2u); // The two runners.
  sched.run();
  CAF_CHECK_EQUAL(made().size(), 3u);
}

CAF_TEST(results_do_not_wait_longer_than_a_millisecond_behind_a_long_task) {
  start();
  size_t at_once = 99;
  size_t after_a_millisecond = 99;
  during = [&](int64_t x) {
    if (x != 1)
      return;
    run_worker();
    at_once = made().size();
    sched.advance_time(limits::slice_age_max);
    run_worker();
    auto early = made();
    after_a_millisecond = early.size();
    if (early.size() == 1)
      CAF_CHECK(early[0].range == (index_range{0, 1}));
  };
  auto streamed = header_of(1);
  streamed.stream = true;
  tell(work({streamed}, {lease(1, 0, 2)}));
  CAF_CHECK_EQUAL(at_once, 0u);
  CAF_CHECK_EQUAL(after_a_millisecond, 1u);
  auto rest = made();
  CAF_REQUIRE_EQUAL(rest.size(), 1u);
  CAF_CHECK_EQUAL(rest[0].seq, 1u);
  CAF_CHECK(rest[0].range == (index_range{1, 2}));
}

CAF_TEST(results_that_nobody_sees_yet_wait_for_more_of_them) {
  start();
  size_t after_a_millisecond = 99;
  size_t later = 99;
  during = [&](int64_t x) {
    if (x != 1)
      return;
    run_worker();
    sched.advance_time(limits::slice_age_max);
    run_worker();
    after_a_millisecond = made().size();
    sched.advance_time(9 * limits::slice_age_max);
    run_worker();
    later = made().size();
  };
  tell(work({header_of(1)}, {lease(1, 0, 2)}));
  CAF_CHECK_EQUAL(after_a_millisecond, 0u);
  CAF_CHECK_EQUAL(later, 1u);
  CAF_MESSAGE("the last one leaves at once, because the lease has ended");
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(results_that_wait_do_not_hold_up_those_of_a_stream) {
  start(2);
  size_t after_a_millisecond = 99;
  auto streamed = header_of(2);
  streamed.stream = true;
  during = [&](int64_t x) {
    if (x != 11)
      return;
    run_worker();
    sched.advance_time(limits::slice_age_max);
    run_worker();
    after_a_millisecond = made().size();
  };
  auto second = lease(2, 10, 12);
  second.job = 2;
  tell(work({header_of(1), streamed}, {lease(1, 0, 2), second}));
  CAF_CHECK(after_a_millisecond >= 1u);
  CAF_CHECK(after_a_millisecond < 99u);
}

CAF_TEST(short_leases_share_messages_while_more_of_them_wait) {
  start();
  std::vector<grant> leases;
  for (uint64_t i = 1; i <= 200; ++i)
    leases.push_back(lease(i, i, i + 1));
  tell(work({header_of(1)}, leases));
  size_t messages = 0;
  size_t items = 0;
  while (auto x = lead.take<slices>()) {
    ++messages;
    items += x->items.size();
  }
  CAF_MESSAGE("the last leaves at once, because the slot idles");
  CAF_CHECK_EQUAL(items, 200u);
  CAF_CHECK(messages <= 5u);
}

CAF_TEST(a_slice_waits_a_millisecond_for_others_at_most) {
  start();
  size_t at_once = 99;
  size_t later = 99;
  during = [&](int64_t x) {
    if (x != 3)
      return;
    run_worker();
    at_once = made().size();
    sched.advance_time(limits::slice_age_max);
    run_worker();
    later = made().size();
  };
  // The first leaves at once, the second waits while the third runs.
  tell(work({header_of(1)}, {lease(1, 1, 2), lease(2, 2, 3), lease(3, 3, 4)}));
  CAF_CHECK_EQUAL(at_once, 1u);
  CAF_CHECK_EQUAL(later, 1u);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(a_slice_is_full_at_1024_results) {
  start();
  during = [&](int64_t) {
    // Tasks of 1 ms: blocks of one task; but no timer fires.
    sched.clock().current_time += 1ms;
    run_worker();
  };
  tell(work({header_of(1)}, {lease(1, 0, 2500)}));
  std::vector<uint64_t> sizes;
  for (const auto& x : made())
    sizes.push_back(x.range.size());
  CAF_CHECK(sizes == std::vector<uint64_t>({1024, 1024, 452}));
}

CAF_TEST(unanswered_slices_are_sent_again_every_second_as_they_were) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 3)}));
  auto first = made();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  pass(990ms);
  CAF_CHECK(made().empty());
  for (int i = 0; i < 2; ++i) {
    pass(i == 0 ? 10ms : 1000ms);
    auto again = made();
    CAF_REQUIRE_EQUAL(again.size(), 1u);
    CAF_CHECK(again[0].lease == first[0].lease);
    CAF_CHECK_EQUAL(again[0].seq, first[0].seq);
    CAF_CHECK(again[0].range == first[0].range);
    CAF_CHECK(again[0].results.bytes == first[0].results.bytes);
    CAF_CHECK_EQUAL(again[0].busy_ns, first[0].busy_ns);
  }
  accept(first[0]);
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(slices_that_are_lost_or_late_on_purpose_arrive_all_the_same) {
  start();
  CAF_MESSAGE("lost: sent again after a second");
  caf::anon_send(subject, disturb_slices{1, 0ms, 500ms});
  tell(work({header_of(1)}, {lease(1, 0, 3)}));
  CAF_CHECK(made().empty());
  pass(1010ms);
  auto again = made();
  CAF_REQUIRE_EQUAL(again.size(), 1u);
  accept(again[0]);
  CAF_MESSAGE("late");
  caf::anon_send(subject, disturb_slices{1, 70ms, 500ms});
  tell(work({}, {lease(2, 3, 6)}));
  pass(60ms);
  CAF_CHECK(made().empty());
  pass(20ms);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(a_refused_slice_is_forgotten_too) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(slice_answers{{{x.lease, x.seq, false}}});
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(an_answer_to_another_slice_does_not_count) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(slice_answers{{{x.lease, x.seq + 1, true}, {{1, 99}, 0, true}}});
  pass(1000ms);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(runners_pause_while_4_MiB_are_unanswered) {
  start();
  std::vector<grant> leases;
  for (uint64_t i = 1; i <= 8; ++i)
    leases.push_back(bytes_lease(i, limits::mib));
  tell(work({bytes_header()}, leases));
  auto first = made();
  CAF_CHECK_EQUAL(ran.size(), 4u);
  pass(5s);
  CAF_CHECK_EQUAL(ran.size(), 4u);
  accept(first.at(0));
  CAF_CHECK_EQUAL(ran.size(), 5u);
  std::set<uint64_t> seen;
  for (int i = 0; i < 20; ++i) {
    for (const auto& x : made()) {
      seen.insert(x.lease.counter);
      accept(x);
    }
    pass(1s);
  }
  CAF_CHECK_EQUAL(ran.size(), 8u);
}

CAF_TEST(a_runner_that_outruns_its_worker_waits_for_it) {
  start();
  std::vector<std::string> sizes(20, encoded(uint64_t{64 * limits::kib}));
  auto all = lease(1, 0, sizes.size());
  all.inputs = test::inline_body(test::packed_of(sizes));
  tell(work({bytes_header()}, {all}));
  task_index next = 0;
  for (const auto& x : made()) {
    CAF_CHECK_EQUAL(x.range.begin, next);
    CAF_CHECK_LESS(x.range.size(), 6u); // 256 KiB are 4 of them.
    next = x.range.end;
  }
  CAF_CHECK_EQUAL(next, task_index{sizes.size()});
}

CAF_TEST(large_results_are_served_until_they_are_answered) {
  start();
  tell(work({bytes_header()}, {bytes_lease(1, 300 * limits::kib)}));
  auto x = made().at(0);
  CAF_REQUIRE(!x.results.is_inline());
  auto sink = frame_sink::make(x.results, limits::mib, "a slice");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(request);
    while (auto piece = lead.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  CAF_CHECK(strings_of(sink->take()).at(0)
            == encoded(std::string(300 * limits::kib, 'b')));
  auto asked_again = frame_request{x.results.transfer, 0, 10};
  tell(sink->done());
  tell(asked_again); // The slice may have to be sent again: it is still there.
  CAF_CHECK_EQUAL(lead.take<frame>().value().bytes.size(), 10u);
  accept(x);
  tell(asked_again);
  CAF_CHECK(lead.take<frame>().value().bytes.empty());
}

CAF_TEST(large_inputs_are_pulled_before_they_run) {
  start();
  auto header = header_of(1, "bytes");
  header.inputs = input_kind::chunks;
  header.input_type = "any";
  std::vector<std::string> inputs(30'000);
  for (auto& x : inputs)
    encode_any(uint64_t{1}, x);
  auto whole = packed_of(inputs);
  CAF_REQUIRE(whole.size() > limits::inline_body_bytes_max);
  auto large = lease(1, 0, inputs.size());
  large.inputs = {{}, 3, whole.size()};
  tell(work({header}, {large}));
  CAF_CHECK(ran.empty());
  auto done = false;
  while (auto request = lead.take<frame_request>()) {
    done = request->bytes == 0;
    if (!done)
      tell(frame{3, request->offset,
                 blob{whole.str().substr(request->offset, request->bytes)}});
  }
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(ran.size(), inputs.size());
}

CAF_TEST(leases_behind_a_large_one_wait_for_it) {
  start();
  auto whole = packed_of({encoded(uint64_t{1})});
  auto large = bytes_lease(1, 1);
  large.inputs = {{}, 3, whole.size()};
  tell(work({bytes_header()}, {large, bytes_lease(2, 2)}));
  CAF_CHECK(ran.empty());
  tell(frame{3, 0, whole});
  CAF_CHECK(ran == std::vector<int64_t>({1, 2}));
}

CAF_TEST(inputs_that_cannot_be_pulled_are_handed_back) {
  struct row {
    const char* what;
    uint64_t size;
    std::optional<frame> reply;
  };
  const row rows[] = {
    {"more than any input may have", 2 * limits::input_bytes_max, {}},
    {"nothing", 0, {}},
    {"forgotten by the scheduler", 100, frame{3, 0, {}}},
    {"shorter than announced", 100, frame{3, 0, blob{"x"}}},
  };
  start();
  uint64_t counter = 0;
  for (const auto& [what, size, reply] : rows) {
    CAF_MESSAGE(what);
    auto large = bytes_lease(++counter, 1);
    large.range = {7, 8};
    large.inputs = {{}, 3, size};
    tell(work({bytes_header()}, {large}));
    if (reply)
      tell(*reply);
    auto back = handed_back();
    CAF_REQUIRE_EQUAL(back.size(), 1u);
    CAF_CHECK(back[0].lease == large.lease);
    CAF_CHECK_EQUAL(back[0].end, 7u);
    tell(work({}, {bytes_lease(++counter, 5)})); // What follows still runs.
    CAF_CHECK_EQUAL(made().size(), 1u);
  }
}

CAF_TEST(a_lease_of_an_unknown_job_is_handed_back) {
  start();
  tell(work({}, {lease(1, 3, 9)}));
  auto back = handed_back();
  CAF_REQUIRE_EQUAL(back.size(), 1u);
  CAF_CHECK_EQUAL(back[0].end, 3u);
}

CAF_TEST(a_forgotten_job_is_unknown) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  tell(forget_jobs{{1}});
  tell(work({}, {lease(2, 1, 2)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
}

CAF_TEST(answers_and_ended_jobs_ride_on_grants) {
  start();
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  auto x = made().at(0);
  tell(grants{{{x.lease, x.seq, true}}, {1}, {}, {lease(2, 1, 2)}});
  CAF_CHECK_EQUAL(handed_back().size(), 1u); // The job is forgotten.
  pass(3000ms);
  CAF_CHECK(made().empty());
}

CAF_TEST(a_job_that_cannot_be_reduced_is_handed_back_and_blocks_nobody) {
  start();
  auto header = header_of(1);
  header.reducer = "no_such";
  tell(work({header, header_of(2)}, {lease(1, 0, 1), lease(2, 0, 1, 2)}));
  CAF_CHECK_EQUAL(handed_back().size(), 1u);
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST(a_report_of_a_slot_or_lease_that_is_not_there_is_ignored) {
  start();
  tell(runner_report{7, {1, 1}, runner_event::stopped});
  tell(runner_report{0, {1, 1}, runner_event::stopped});
  tell(work({header_of(1)}, {lease(1, 0, 1)}));
  CAF_CHECK_EQUAL(made().size(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
