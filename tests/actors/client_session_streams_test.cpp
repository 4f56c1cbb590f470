#define CAF_SUITE client_session_streams

#include "tests/actors/client_session_fixture.hpp"

using namespace troupe;
using namespace std::chrono_literals;
using test::contains;
using test::inline_body;
using test::puppet;

namespace {

struct fixture : test::client_session_fixture {
  /// What an aggregator was told: credit without bytes says only what arrived.
  static std::vector<result_credit> credit_at(puppet& merger) {
    auto all = merger.take_all<result_credit>();
    std::erase_if(all, [](const auto& x) { return x.bytes == 0; });
    return all;
  }

  /// Sends slices of job 3, one number after the other.
  void send_slices(puppet& merger, std::initializer_list<uint64_t> numbers) {
    for (auto seq : numbers)
      merger.send(
        subject,
        result_slice{
          3, seq, {seq - 1, seq}, {}, inline_body(blob{std::to_string(seq)})});
    sched.run();
  }

  static std::vector<uint64_t> numbers_of(const watch_call& seen) {
    std::vector<uint64_t> result;
    for (const auto& slice : seen.slices)
      result.push_back(slice.seq);
    return result;
  }

  /// The host reads the slices that it holds, all but the last `left`.
  void read(const std::shared_ptr<watch_call>& seen, size_t left) {
    while (seen->slices.size() > left) {
      auto slice = seen->slices.front();
      seen->slices.pop_front();
      call([=](client_session_state& at) { at.give_credit(seen, slice); });
    }
  }

  /// Ends the stream of a watched job.
  void break_stream(puppet& merger, job_id job) {
    merger.send(subject,
                result_slice{job, 1, {0, 1}, {}, {{}, 9, 700 * limits::kib}});
    sched.run();
    merger.send(subject, frame{9, 0, {}});
    sched.run();
  }
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(client_session_streams_tests, fixture)

CAF_TEST(streamed_results_come_once_each) {
  auto seen = watch(3, true);
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->result_credit, limits::client_result_window_bytes);
  puppet merger{sys};
  result_slice slice;
  slice.job = 3;
  for (auto seq : {1, 2, 2, 1, 3}) {
    slice.seq = static_cast<uint64_t>(seq);
    merger.send(subject, slice);
  }
  sched.run();
  CAF_CHECK_EQUAL(seen->slices.size(), 3u);
  CAF_MESSAGE("what arrived and was not read may still be lost with it");
  CAF_CHECK(!merger.take<result_credit>());
  result_slice read;
  read.seq = 1;
  read.results.size = 77;
  call([=](client_session_state& at) { at.give_credit(seen, read); });
  auto credit = merger.take<result_credit>();
  CAF_REQUIRE(credit.has_value());
  CAF_CHECK_EQUAL(credit->job, 3u);
  CAF_CHECK_EQUAL(credit->bytes, 77u + sizeof(result_slice));
  CAF_CHECK_EQUAL(credit->received, 1u);
}

CAF_TEST(what_arrives_is_enough_for_a_host_that_only_waits) {
  auto seen = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1, 2});
  CAF_CHECK(!merger.take<result_credit>());
  call([=](client_session_state& at) { at.count_arrivals(seen); });
  auto now = merger.take<result_credit>();
  CAF_REQUIRE(now.has_value());
  CAF_CHECK_EQUAL(now->bytes, 0u);
  CAF_CHECK_EQUAL(now->received, 2u);
  CAF_MESSAGE("it says what arrived, also of what it had already");
  send_slices(merger, {2, 1, 3});
  auto arrived = merger.take_all<result_credit>();
  CAF_REQUIRE_EQUAL(arrived.size(), 3u);
  constexpr uint64_t up_to[] = {2, 2, 3};
  for (size_t i = 0; i < arrived.size(); ++i) {
    CAF_CHECK_EQUAL(arrived[i].bytes, 0u);
    CAF_CHECK_EQUAL(arrived[i].received, up_to[i]);
  }
}

CAF_TEST(slices_that_a_new_aggregator_sends_again_are_credited_once) {
  auto seen = watch(3, true);
  result_slice slice;
  slice.job = 3;
  puppet old{sys};
  for (slice.seq = 1; slice.seq <= 2; ++slice.seq)
    old.send(subject, slice);
  sched.run();
  slice.seq = 1;
  call([=](client_session_state& at) { at.give_credit(seen, slice); });
  CAF_CHECK_EQUAL(credit_at(old).size(), 1u);
  puppet fresh{sys};
  for (slice.seq = 1; slice.seq <= 3; ++slice.seq)
    fresh.send(subject, slice);
  sched.run();
  CAF_CHECK_EQUAL(seen->slices.size(), 3u);
  CAF_MESSAGE("only the first one was read: it counts at once");
  CAF_CHECK_EQUAL(credit_at(fresh).size(), 1u);
  slice.seq = 2;
  call([=](client_session_state& at) { at.give_credit(seen, slice); });
  CAF_CHECK_EQUAL(credit_at(fresh).size(), 1u);
}

CAF_TEST(no_credit_goes_to_the_handle_of_a_lost_connection) {
  auto seen = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1, 2});
  merger.take_all<result_credit>();
  lose();
  call([=](client_session_state& at) {
    at.give_credit(seen, seen->slices.front());
  });
  CAF_CHECK(merger.take_all<result_credit>().empty());
  CAF_MESSAGE("what was read comes again on the next one, and is credited");
  open();
  send_slices(merger, {1});
  auto credit = credit_at(merger);
  CAF_REQUIRE_EQUAL(credit.size(), 1u);
  CAF_CHECK(credit[0].bytes > 0);
}

CAF_TEST(what_is_read_before_it_comes_again_is_credited_once) {
  auto seen = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1, 2, 3, 4});
  lose();
  open();
  send_slices(merger, {1}); // The others are under way.
  read(seen, 1);
  auto early = credit_at(merger);
  CAF_REQUIRE_EQUAL(early.size(), 1u);
  CAF_CHECK_EQUAL(early[0].received, 1u);
  send_slices(merger, {2, 3, 4});
  auto late = credit_at(merger);
  CAF_REQUIRE_EQUAL(late.size(), 2u);
  CAF_CHECK_EQUAL(late[0].received, 3u);
  read(seen, 0);
  CAF_CHECK_EQUAL(credit_at(merger).size(), 1u);
}

CAF_TEST(slices_that_were_asked_for_again_are_credited_once) {
  auto seen = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1, 2});
  send_slices(merger, {4}); // The third is missing.
  read(seen, 0);
  CAF_CHECK(credit_at(merger).empty());
  send_slices(merger, {1, 2, 3, 4});
  CAF_CHECK_EQUAL(credit_at(merger).size(), 2u);
}

CAF_TEST(a_large_slice_is_pulled_and_those_behind_it_wait) {
  auto seen = watch(3, true);
  puppet merger{sys};
  std::string whole(700 * limits::kib, 's');
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 9, whole.size()}});
  merger.send(subject,
              result_slice{3, 2, {1, 2}, {}, inline_body(blob{"two"})});
  sched.run();
  CAF_CHECK(seen->slices.empty());
  auto done = false;
  for (int i = 0; i < 10 && !done; ++i) {
    done = serve_frames(merger, subject, whole);
    sched.run();
  }
  CAF_CHECK(done);
  CAF_REQUIRE_EQUAL(seen->slices.size(), 2u);
  CAF_CHECK(seen->slices[0].results.bytes.str() == whole);
  CAF_CHECK_EQUAL(seen->slices[1].seq, 2u);
}

CAF_TEST(a_half_pulled_slice_comes_again_from_another_aggregator) {
  auto seen = watch(3, true);
  std::string whole(700 * limits::kib, 's');
  puppet old{sys};
  old.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 9, whole.size()}});
  sched.run();
  CAF_CHECK(old.take<frame_request>().has_value());
  puppet merger{sys};
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 1, whole.size()}});
  sched.run();
  // What the old one still sends is nobody's.
  old.send(subject, frame{9, 0, blob{whole.substr(0, 256 * limits::kib)}});
  sched.run();
  auto done = false;
  for (int i = 0; i < 10 && !done; ++i) {
    done = serve_frames(merger, subject, whole);
    sched.run();
  }
  CAF_CHECK(done);
  CAF_REQUIRE_EQUAL(seen->slices.size(), 1u);
  CAF_CHECK(seen->slices[0].results.bytes.str() == whole);
}

CAF_TEST(results_that_nobody_here_wants_do_not_hold_up_their_job) {
  puppet merger{sys};
  merger.send(subject, result_slice{7, 4, {0, 1}, {}, {{}, 9, 700'000}});
  sched.run();
  auto done = merger.take<frame_request>();
  CAF_REQUIRE(done.has_value());
  CAF_CHECK_EQUAL(done->transfer, 9u);
  CAF_CHECK_EQUAL(done->bytes, 0u);
  auto credit = merger.take<result_credit>();
  CAF_REQUIRE(credit.has_value());
  CAF_CHECK_EQUAL(credit->job, 7u);
  CAF_CHECK_EQUAL(credit->bytes, 700'000u + sizeof(result_slice));
  CAF_CHECK_EQUAL(credit->received, 4u);
}

CAF_TEST(a_slice_that_cannot_be_pulled_ends_the_stream_with_a_sentence) {
  auto seen = watch(3, true);
  puppet merger{sys};
  break_stream(merger, 3);
  CAF_CHECK(seen->ended);
  CAF_CHECK_EQUAL(to_string(seen->problem.code), "bad_frame");
}

CAF_TEST(others_that_wait_for_a_job_outlive_its_broken_stream) {
  auto seen = watch(3, true);
  auto plain = watch(3);
  auto feeder = std::make_shared<feed_call>();
  feeder->job = 3;
  feed(feeder, 1, blob{"input"});
  puppet merger{sys};
  break_stream(merger, 3);
  CAF_CHECK(seen->ended);
  CAF_CHECK(!plain->ended);
  CAF_MESSAGE("slices that come now are nobody's, but do not hold up the job");
  merger.take_all<result_credit>();
  merger.send(subject,
              result_slice{3, 2, {1, 2}, {}, inline_body(blob{"two"})});
  sched.run();
  CAF_CHECK_EQUAL(credit_at(merger).size(), 1u);
  CAF_CHECK(plain->slices.empty());
  CAF_MESSAGE("what is fed is answered");
  tell(inputs_stored{3, 1, {}});
  CAF_CHECK(feeder->unstored.empty());
  tell(ended(3));
  CAF_CHECK(plain->ended);
  CAF_CHECK_EQUAL(to_string(plain->problem.code), "ok");
}

CAF_TEST(the_reader_before_gets_the_slices_when_a_stream_breaks) {
  auto old = watch(3, true);
  auto seen = watch(3, true);
  lead->take_all<watch_job>();
  puppet merger{sys};
  break_stream(merger, 3);
  CAF_CHECK(seen->ended);
  CAF_CHECK(!old->ended);
  auto asked = lead->take<watch_job>();
  CAF_REQUIRE(asked.has_value());
  CAF_CHECK_EQUAL(asked->result_credit, limits::client_result_window_bytes);
  merger.send(subject,
              result_slice{3, 1, {0, 1}, {}, inline_body(blob{"one"})});
  sched.run();
  CAF_CHECK_EQUAL(old->slices.size(), 1u);
}

CAF_TEST(slices_behind_a_broken_one_are_left_until_they_come_again) {
  auto old = watch(3, true);
  auto seen = watch(3, true);
  puppet merger{sys};
  break_stream(merger, 3);
  CAF_CHECK(seen->ended);
  lead->take_all<watch_job>();
  send_slices(merger, {2, 3}); // These were under way.
  CAF_CHECK(old->slices.empty());
  CAF_CHECK(!lead->take<watch_job>()); // It was asked already.
  send_slices(merger, {1, 2, 3});
  CAF_CHECK_EQUAL(numbers_of(*old), (std::vector<uint64_t>{1, 2, 3}));
}

CAF_TEST(a_new_reader_goes_on_where_the_one_before_was) {
  auto first = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1, 2});
  CAF_CHECK_EQUAL(first->slices.size(), 2u);
  auto read = first->slices.front();
  first->slices.pop_front();
  auto seen = watch(3, true);
  CAF_MESSAGE("slices are under way that were meant for the first");
  send_slices(merger, {3});
  send_slices(merger, {1, 2, 3, 4});
  CAF_CHECK(first->slices.empty());
  CAF_CHECK_EQUAL(numbers_of(*seen), (std::vector<uint64_t>{2, 3, 4}));
  CAF_MESSAGE("what the first one has in its hands counts as read");
  merger.take_all<result_credit>();
  call([=](client_session_state& at) { at.give_credit(first, read); });
  auto credit = merger.take<result_credit>();
  CAF_REQUIRE(credit.has_value());
  CAF_CHECK_EQUAL(credit->received, 1u);
  send_slices(merger, {1});
  CAF_CHECK_EQUAL(credit_at(merger).size(), 1u);
}

CAF_TEST(a_new_reader_pulls_what_the_one_before_had_half) {
  auto first = watch(3, true);
  std::string whole(700 * limits::kib, 's');
  puppet merger{sys};
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 9, whole.size()}});
  sched.run();
  auto seen = watch(3, true);
  send_slices(merger, {2}); // It was under way.
  merger.take_all<frame_request>();
  merger.send(subject, result_slice{3, 1, {0, 1}, {}, {{}, 1, whole.size()}});
  send_slices(merger, {2});
  auto done = false;
  for (int i = 0; i < 10 && !done; ++i) {
    done = serve_frames(merger, subject, whole);
    sched.run();
  }
  CAF_CHECK(done);
  CAF_CHECK_EQUAL(numbers_of(*seen), (std::vector<uint64_t>{1, 2}));
}

CAF_TEST(slices_that_are_missing_are_asked_for_once) {
  auto seen = watch(3, true);
  puppet merger{sys};
  send_slices(merger, {1});
  lead->take_all<watch_job>();
  send_slices(merger, {3, 4});
  CAF_CHECK_EQUAL(lead->take_all<watch_job>().size(), 1u);
  CAF_CHECK_EQUAL(numbers_of(*seen), (std::vector<uint64_t>{1}));
  send_slices(merger, {2, 3, 4});
  CAF_CHECK_EQUAL(numbers_of(*seen), (std::vector<uint64_t>{1, 2, 3, 4}));
}

CAF_TEST_FIXTURE_SCOPE_END()
