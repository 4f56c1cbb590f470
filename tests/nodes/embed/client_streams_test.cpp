#define CAF_SUITE client_streams

#include "tests/nodes/embed/embed_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <string>

using namespace troupe;
using namespace std::chrono_literals;

CAF_TEST_FIXTURE_SCOPE(client_streams_tests, test::embed_fixture)

CAF_TEST(results_can_be_streamed) {
  auto spec = chunks_of("double", "int");
  spec.options.stream = true;
  auto writer = user->open(spec);
  CAF_REQUIRE(writer.engaged());
  for (int64_t i = 0; i < 10'000; ++i)
    CAF_REQUIRE(put(*writer, encoded(i)));
  auto job = writer->close();
  CAF_REQUIRE(job.engaged());
  std::map<task_index, int64_t> results;
  auto status =
    user->stream(*job, [&](task_index index, std::string_view bytes) {
      results[index] = decode<int64_t>(bytes).value_or(-1);
    });
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::succeeded);
  CAF_REQUIRE_EQUAL(results.size(), 10'000u);
  CAF_CHECK_EQUAL(results[9'999], 19'998);
}

CAF_TEST(a_stream_of_more_bytes_than_its_window_flows) {
  auto spec = range_of("text", 0, 0, "collect");
  spec.inputs = input_kind::chunks;
  spec.input_type = "uint";
  spec.options.stream = true;
  auto writer = user->open(spec);
  CAF_REQUIRE(writer.engaged());
  for (int i = 0; i < 40; ++i)
    CAF_REQUIRE(put(*writer, encoded(uint64_t{1'000'000})));
  auto job = writer->close();
  CAF_REQUIRE(job.engaged());
  size_t bytes = 0;
  auto status = user->stream(
    *job, [&](task_index, std::string_view x) { bytes += x.size(); });
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::succeeded);
  CAF_CHECK(bytes >= 40'000'000u);
}

CAF_TEST(a_job_that_is_waited_for_can_be_streamed) {
  auto spec = range_of("double", 0, 100, "collect");
  spec.options.stream = true;
  auto job = user->submit(spec, false);
  CAF_REQUIRE(job.engaged());
  wait_options options;
  options.timeout = 20ms;
  CAF_CHECK_EQUAL(code(user->wait(*job, options)), "timed_out");
  size_t results = 0;
  auto status =
    user->stream(*job, [&](task_index, std::string_view) { ++results; });
  CAF_REQUIRE(status.engaged());
  CAF_CHECK_EQUAL(results, 100u);
}

CAF_TEST(results_have_one_reader_at_a_time) {
  auto spec = range_of("double", 0, 100, "collect");
  spec.options.stream = true;
  auto job = user->submit(spec);
  CAF_REQUIRE(job.engaged());
  size_t results = 0;
  auto status = user->stream(*job, [&](task_index, std::string_view) {
    if (++results > 1)
      return;
    auto second = user->stream(*job, [](task_index, std::string_view) {});
    CAF_CHECK_EQUAL(code(second), "bad_usage");
  });
  CAF_REQUIRE(status.engaged());
  CAF_CHECK_EQUAL(results, 100u);
}

CAF_TEST(who_reads_next_gets_what_an_interrupted_reader_did_not) {
  for (auto watch : {false, true}) { // Whether its own session gets them.
    auto spec = range_of("double", 0, 30'000, "collect");
    spec.options.stream = true;
    auto job = user->submit(spec, watch);
    CAF_REQUIRE(job.engaged());
    CAF_MESSAGE("readers that leave one after the other: none is lost");
    std::map<task_index, int> seen;
    auto is_over = false;
    size_t readers = 0;
    for (; !is_over && readers < 1000; ++readers) {
      auto reader = readers == 0 ? *user : *cluster->connect();
      std::atomic<bool> interrupted = false;
      wait_options how;
      how.interrupted = &interrupted;
      how.timeout = 60s;
      auto status = reader.stream(
        *job,
        [&](task_index index, std::string_view) {
          ++seen[index];
          // All of them arrive before the first one leaves.
          while (readers == 0 && seen.size() == 1) {
            auto now = user->describe(*job);
            if (!now || now->succeeded == 30'000)
              break;
          }
          interrupted = true;
        },
        how);
      is_over = status.engaged();
      if (is_over)
        CAF_CHECK(status->state == job_state::succeeded);
      else
        CAF_CHECK_EQUAL(code(status), "timed_out");
    }
    CAF_CHECK(is_over);
    CAF_CHECK(readers > 2);
    CAF_CHECK_EQUAL(seen.size(), 30'000u);
    CAF_CHECK(std::all_of(seen.begin(), seen.end(),
                          [](const auto& x) { return x.second == 1; }));
  }
}

CAF_TEST(a_streamed_job_that_is_only_waited_for_ends) {
  auto spec = range_of("double", 0, 100, "collect");
  spec.options.stream = true;
  auto job = user->submit(spec);
  CAF_REQUIRE(job.engaged());
  wait_options how;
  how.timeout = 30s;
  auto status = user->wait(*job, how);
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::succeeded);
  size_t results = 0;
  auto again =
    user->stream(*job, [&](task_index, std::string_view) { ++results; });
  CAF_CHECK(again.engaged());
}

CAF_TEST_FIXTURE_SCOPE_END()
