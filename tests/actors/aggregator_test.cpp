#define CAF_SUITE aggregator

#include "actors/aggregator.hpp"
#include "runtime/function/codec.hpp"
#include "tests/actors/puppet.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace troupe;
using test::contains;
using test::packed_of;
using test::puppet;

namespace {

constexpr job_id job = 3;

template <class T>
std::string encoded(const T& x) {
  std::string out;
  encode(x, out);
  return out;
}

/// The test plays the store, the scheduler, the coordinator and the reader.
struct fixture : test::stage {
  ~fixture() override {
    end(subject);
  }

  void start(const std::string& reducer, const std::string& type,
             bool stream = false, size_t bytes_max = limits::gib) {
    aggregator_options options;
    options.job = job;
    options.stream = stream;
    options.merge = {reducer, type, bytes_max};
    options.store = store.as<store_actor>();
    options.scheduler = scheduler.as<scheduler_actor>();
    options.coordinator = coordinator.as<coordinator_actor>();
    options.log = log;
    subject = sys.spawn(aggregator, options);
  }

  void tell(puppet& from, auto what) {
    from.send(subject, std::move(what));
    sched.run();
  }

  void grow(uint64_t seq) {
    tell(coordinator, merge_log{seq, false, 0});
  }

  void finish(uint64_t seq, uint64_t tasks) {
    tell(coordinator, merge_log{seq, true, tasks});
  }

  /// The store answers a read with these records; returns where it began.
  std::optional<uint64_t> serve(std::vector<accept_record> records) {
    auto read = store.take<store_read_log>();
    if (!read)
      return std::nullopt;
    tell(store, store_log{job, std::move(records)});
    return read->after;
  }

  /// A record with the results 10 * index.
  static accept_record numbers(uint64_t seq, index_range range) {
    std::vector<std::string> results;
    for (auto i = range.begin; i < range.end; ++i)
      results.push_back(encoded(static_cast<int64_t>(10 * i)));
    return {seq, job, range, {}, packed_of(results)};
  }

  /// `count` records of one mebibyte, which share their bytes.
  static std::vector<accept_record> mebibytes(uint64_t first, uint64_t count) {
    static const auto large = packed_of({std::string(limits::mib, 'm')});
    std::vector<accept_record> result;
    for (auto i = first; i < first + count; ++i)
      result.push_back({i, job, {i, i + 1}, {}, large});
    return result;
  }

  static uint64_t credit_of(const result_slice& x) {
    return x.results.size + sizeof(result_slice);
  }

  std::shared_ptr<capturing_logger> log = std::make_shared<capturing_logger>();
  puppet store{sys};
  puppet scheduler{sys};
  puppet coordinator{sys};
  puppet reader{sys};
  aggregator_actor subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(aggregator_tests, fixture)

CAF_TEST(merges_records_in_the_order_of_their_tasks) {
  start("collect", "int");
  grow(2);
  serve({numbers(1, {2, 4}), numbers(2, {0, 2})});
  CAF_CHECK(!coordinator.take<job_merged>());
  finish(2, 4);
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(merged->job, job);
  CAF_CHECK_EQUAL(merged->result_type, "list<int>");
  CAF_CHECK(decode<std::vector<int64_t>>(merged->result.view())
            == std::vector<int64_t>({0, 10, 20, 30}));
}

CAF_TEST(reads_on_until_it_has_the_whole_log) {
  start("collect", "int");
  finish(9, 3);
  CAF_CHECK_EQUAL(serve({numbers(2, {0, 1})}).value_or(99), 0u);
  CAF_CHECK_EQUAL(serve({numbers(5, {1, 2})}).value_or(99), 2u);
  CAF_CHECK(!coordinator.take<job_merged>());
  CAF_CHECK_EQUAL(serve({numbers(9, {2, 3})}).value_or(99), 5u);
  CAF_CHECK(!store.take<store_read_log>());
  CAF_CHECK(coordinator.take<job_merged>().has_value());
}

CAF_TEST(asks_the_store_one_thing_at_a_time) {
  start("collect", "int");
  grow(1);
  grow(2);
  grow(3);
  CAF_CHECK_EQUAL(store.take_all<store_read_log>().size(), 1u);
}

CAF_TEST(a_log_without_more_records_ends_the_reading) {
  start("collect", "int");
  finish(5, 1);
  serve({numbers(1, {0, 1})});
  serve({}); // What is behind belongs to other jobs.
  CAF_CHECK(coordinator.take<job_merged>().has_value());
}

CAF_TEST(an_empty_log_is_merged_at_once) {
  start("sum", "int");
  finish(0, 0);
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(to_string(merged->why.code), "ok");
  CAF_CHECK(decode<int64_t>(merged->result.view()) == 0);
}

CAF_TEST(a_result_over_the_limit_is_reported_before_the_job_ends) {
  start("collect", "string", false, 1000);
  grow(1);
  serve({{1, job, {0, 1}, {}, packed_of({encoded(std::string(2000, 'x'))})}});
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(to_string(merged->why.code), "job_result_too_large");
  CAF_CHECK(contains(merged->why.text, "1000"));
}

CAF_TEST(a_partial_that_does_not_decode_fails_the_job) {
  start("sum", "int");
  finish(1, 1);
  serve({{1, job, {0, 1}, {}, blob{"\xff\xff\xff"}}});
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK(merged->why.code != errc::ok);
  CAF_CHECK(merged->result.empty());
}

CAF_TEST(a_small_partial_of_a_long_log_is_checkpointed) {
  start("merge_counts", "map<string,int>");
  auto reducer = make_reducer("merge_counts", "map<string,int>");
  CAF_REQUIRE(reducer.has_value());
  auto state = reducer->init();
  std::map<std::string, int64_t> counts{{std::string(limits::mib, 'k'), 1}};
  CAF_REQUIRE(state->add(encoded(counts)).has_value());
  std::string partial;
  state->write_partial(partial);
  blob shared{partial};
  std::vector<accept_record> records;
  for (uint64_t i = 1; i <= 40; ++i)
    records.push_back({i, job, {i - 1, i}, {}, shared});
  std::vector<accept_record> first{records.begin(), records.begin() + 30};
  std::vector<accept_record> rest{records.begin() + 30, records.end()};
  grow(40);
  serve(first);
  CAF_CHECK(!store.take<store_put_checkpoint>());
  serve(rest);
  auto kept = store.take<store_put_checkpoint>();
  CAF_REQUIRE(kept.has_value());
  CAF_CHECK_EQUAL(kept->job, job);
  CAF_CHECK_EQUAL(kept->checkpoint.seq, 40u);
  CAF_CHECK(kept->checkpoint.merged.size() < 2 * limits::mib);
  finish(40, 40);
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  auto result = decode<std::map<std::string, int64_t>>(merged->result.view());
  CAF_REQUIRE(result.has_value());
  CAF_CHECK_EQUAL(result->begin()->second, 40);
}

CAF_TEST(it_goes_on_where_the_one_before_it_was) {
  auto partial_of = [](int64_t value) {
    auto reducer = make_reducer("sum", "int");
    CAF_REQUIRE(reducer.has_value());
    auto state = reducer->init();
    CAF_REQUIRE(state->add(encoded(value)).has_value());
    std::string partial;
    state->write_partial(partial);
    return blob{partial};
  };
  start("sum", "int");
  grow(6);
  auto read = store.take<store_read_log>();
  CAF_REQUIRE(read.has_value());
  CAF_CHECK(read->resume);
  store_log answer;
  answer.job = job;
  answer.resume_from = merge_checkpoint{4, {}, partial_of(1'000)};
  answer.records = {{5, job, {3, 4}, {}, partial_of(10)}};
  tell(store, answer);
  auto more = store.take<store_read_log>();
  CAF_REQUIRE(more.has_value());
  CAF_CHECK(!more->resume);
  CAF_CHECK_EQUAL(more->after, 5u);
  tell(store, store_log{job, {{6, job, {4, 5}, {}, partial_of(1)}}});
  finish(6, 5);
  auto done = coordinator.take<job_merged>();
  CAF_REQUIRE(done.has_value());
  auto result = decode<int64_t>(done->result.view());
  CAF_REQUIRE(result.has_value());
  CAF_CHECK_EQUAL(*result, 1'011);
}

// -- streamed results ---------------------------------------------------------

CAF_TEST(streamed_results_wait_for_their_reader) {
  start("collect", "int", true);
  grow(1);
  serve({numbers(1, {4, 6})});
  CAF_CHECK(!reader.take<result_slice>());
  tell(coordinator, stream_to{reader.as(), 1000});
  auto slice = reader.take<result_slice>();
  CAF_REQUIRE(slice.has_value());
  CAF_CHECK_EQUAL(slice->job, job);
  CAF_CHECK_EQUAL(slice->seq, 1u);
  CAF_CHECK(slice->range == (index_range{4, 6}));
  CAF_CHECK(slice->results.bytes == numbers(1, {4, 6}).results);
}

CAF_TEST(streamed_results_are_sent_only_under_credit) {
  start("collect", "string", true);
  tell(coordinator, stream_to{reader.as(), 1});
  grow(3);
  serve(mebibytes(1, 3));
  auto first = reader.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(first.size(), 1u);
  tell(reader, result_credit{job, credit_of(first[0])});
  CAF_CHECK_EQUAL(reader.take_all<result_slice>().size(), 1u);
}

CAF_TEST(no_message_carries_a_large_slice_the_reader_pulls_it) {
  start("collect", "string", true);
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  finish(1, 1);
  auto records = mebibytes(1, 1);
  serve(records);
  auto slice = reader.take<result_slice>();
  CAF_REQUIRE(slice.has_value());
  CAF_CHECK(!slice->results.is_inline());
  CAF_CHECK(slice->results.bytes.empty());
  auto sink = frame_sink::make(slice->results, 2 * limits::mib, "it");
  CAF_REQUIRE(sink.has_value());
  while (!sink->complete()) {
    for (const auto& request : sink->requests())
      tell(reader, request);
    while (auto piece = reader.take<frame>())
      CAF_REQUIRE(sink->add(*piece).has_value());
  }
  CAF_CHECK(sink->take() == records[0].results);
  tell(reader, sink->done());
  CAF_CHECK(!coordinator.take<job_merged>());
  tell(reader, result_credit{job, 0, 1});
  CAF_CHECK(coordinator.take<job_merged>().has_value());
}

CAF_TEST(what_was_read_may_be_dropped_by_the_store) {
  start("collect", "string", true);
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  grow(3);
  serve(mebibytes(1, 3));
  auto slices_got = reader.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(slices_got.size(), 3u);
  CAF_CHECK(!store.take<store_put_checkpoint>());
  tell(reader, result_credit{
                 job, credit_of(slices_got[0]) + credit_of(slices_got[1]), 2});
  auto kept = store.take<store_put_checkpoint>();
  CAF_REQUIRE(kept.has_value());
  CAF_CHECK_EQUAL(kept->checkpoint.seq, 2u);
}

CAF_TEST(what_was_not_received_is_kept_whatever_the_credit) {
  start("collect", "string", true);
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  grow(3);
  serve(mebibytes(1, 3));
  auto sent = reader.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(sent.size(), 3u);
  tell(reader, result_credit{job, 3 * credit_of(sent[0]), 1});
  auto kept = store.take<store_put_checkpoint>();
  CAF_REQUIRE(kept.has_value());
  CAF_CHECK_EQUAL(kept->checkpoint.seq, 1u);
  CAF_MESSAGE("the next reader gets the rest");
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  CAF_CHECK_EQUAL(reader.take_all<result_slice>().size(), 2u);
}

CAF_TEST(a_streamed_job_ends_when_everything_has_arrived) {
  start("collect", "int", true);
  tell(coordinator, stream_to{reader.as(), 1});
  finish(2, 4);
  serve({numbers(1, {0, 2}), numbers(2, {2, 4})});
  CAF_CHECK(!coordinator.take<job_merged>());
  tell(reader, result_credit{job, 2 * limits::mib, 1});
  CAF_CHECK_EQUAL(reader.take_all<result_slice>().size(), 2u);
  CAF_CHECK(!coordinator.take<job_merged>()); // The last is under way.
  tell(reader, result_credit{job, 0, 2});
  auto merged = coordinator.take<job_merged>();
  CAF_REQUIRE(merged.has_value());
  CAF_CHECK_EQUAL(to_string(merged->why.code), "ok");
  CAF_CHECK(merged->result.empty());
}

CAF_TEST(a_job_pauses_at_64_MiB_of_unread_results_until_half_is_read) {
  start("collect", "string", true);
  grow(70);
  serve(mebibytes(1, 60));
  auto fresh = scheduler.take<pause_job>();
  CAF_REQUIRE(fresh.has_value());
  CAF_CHECK(!fresh->paused); // The job is not paused for ever by a crash.
  CAF_CHECK(!scheduler.take<pause_job>());
  serve(mebibytes(61, 10));
  auto stop = scheduler.take<pause_job>();
  CAF_REQUIRE(stop.has_value());
  CAF_CHECK_EQUAL(stop->job, job);
  CAF_CHECK(stop->paused);
  tell(coordinator, stream_to{reader.as(), 100 * limits::mib});
  auto sent = reader.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(sent.size(), 70u);
  CAF_CHECK(!scheduler.take<pause_job>()); // Sent is not read.
  uint64_t position = 0;
  for (; position < 37; ++position)
    tell(reader, result_credit{job, credit_of(sent[position]), position + 1});
  CAF_CHECK(!scheduler.take<pause_job>());
  for (; position < 40; ++position)
    tell(reader, result_credit{job, credit_of(sent[position]), position + 1});
  auto go_on = scheduler.take<pause_job>();
  CAF_REQUIRE(go_on.has_value());
  CAF_CHECK(!go_on->paused);
}

CAF_TEST(another_reader_gets_what_the_lost_one_did_not_read) {
  start("collect", "string", true);
  std::optional<puppet> first{sys};
  tell(coordinator, stream_to{first->as(), 10 * limits::mib});
  grow(3);
  serve(mebibytes(1, 3));
  auto sent = first->take_all<result_slice>();
  CAF_REQUIRE_EQUAL(sent.size(), 3u);
  tell(*first, result_credit{job, credit_of(sent[0]), 1});
  first.reset();
  sched.run();
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  auto again = reader.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(again.size(), 2u);
  CAF_CHECK_EQUAL(again[0].seq, 2u);
  CAF_CHECK_EQUAL(again[1].seq, 3u);
}

CAF_TEST(a_late_down_of_a_replaced_reader_does_not_stop_its_successor) {
  start("collect", "string", true);
  std::optional<puppet> first{sys};
  tell(coordinator, stream_to{first->as(), limits::mib});
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  first.reset();
  sched.run();
  grow(1);
  serve(mebibytes(1, 1));
  CAF_CHECK(reader.take<result_slice>().has_value());
}

CAF_TEST(a_stream_whose_reader_is_lost_waits_for_the_next) {
  start("collect", "string", true);
  std::optional<puppet> first{sys};
  tell(coordinator, stream_to{first->as(), 10 * limits::mib});
  finish(3, 3);
  serve(mebibytes(1, 3));
  tell(*first, result_credit{job, 0, 2}); // The third was under way.
  first.reset();
  sched.run();
  CAF_CHECK(!coordinator.take<job_merged>());
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  CAF_CHECK_EQUAL(reader.take_all<result_slice>().size(), 3u);
  CAF_CHECK(!coordinator.take<job_merged>()); // What the first had is gone.
  tell(reader, result_credit{job, 0, 3});
  CAF_CHECK(coordinator.take<job_merged>().has_value());
}

CAF_TEST(a_stream_without_a_reader_does_not_end) {
  start("collect", "string", true);
  finish(1, 1);
  serve(mebibytes(1, 1));
  CAF_CHECK(!coordinator.take<job_merged>());
}

CAF_TEST(a_reader_that_was_replaced_counts_for_nothing) {
  start("collect", "string", true);
  puppet first{sys};
  tell(coordinator, stream_to{first.as(), 10 * limits::mib});
  finish(2, 2);
  serve(mebibytes(1, 2));
  auto sent = first.take_all<result_slice>();
  CAF_REQUIRE_EQUAL(sent.size(), 2u);
  tell(coordinator, stream_to{reader.as(), 10 * limits::mib});
  tell(first, result_credit{job, credit_of(sent[0]), 2});
  CAF_CHECK(!coordinator.take<job_merged>());
  CAF_CHECK(!store.take<store_put_checkpoint>());
}

CAF_TEST_FIXTURE_SCOPE_END()
