#define CAF_SUITE job_writer

#include "tests/nodes/embed/embed_fixture.hpp"

#include <string>
#include <vector>

using namespace troupe;

namespace {

struct fixture : test::embed_fixture {
  job_writer open(const std::string& function, const std::string& type) {
    auto made = user->open(chunks_of(function, type));
    CAF_REQUIRE(made.engaged());
    return std::move(*made);
  }
};

using integers = std::vector<int64_t>;

} // namespace

CAF_TEST_FIXTURE_SCOPE(job_writer_tests, fixture)

CAF_TEST(a_small_job_travels_when_it_is_closed) {
  auto writer = open("double", "int");
  for (int64_t i = 0; i < 3; ++i)
    CAF_CHECK(put(writer, encoded(i)));
  CAF_CHECK_EQUAL(writer.size(), 3u);
  CAF_CHECK_EQUAL(writer.job(), 0u);
  auto job = writer.close();
  CAF_REQUIRE(job.engaged());
  CAF_CHECK_EQUAL(writer.job(), *job);
  auto result = user->finish<integers>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({0, 2, 4}));
}

CAF_TEST(a_large_job_travels_while_it_is_written) {
  constexpr int64_t count = 100'000;
  auto writer = open("double", "int");
  for (int64_t i = 0; i < count; ++i)
    CAF_REQUIRE(put(writer, encoded(i)));
  CAF_CHECK(writer.job() != 0u);
  auto job = writer.close();
  CAF_REQUIRE(job.engaged());
  auto result = user->finish<integers>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_REQUIRE_EQUAL(result->size(), static_cast<size_t>(count));
  CAF_CHECK_EQUAL(result->back(), 2 * (count - 1));
}

CAF_TEST(more_bytes_than_the_window_are_written) {
  auto writer = open("length", "string");
  std::string large(limits::mib, 'x');
  for (int i = 0; i < 12; ++i)
    CAF_REQUIRE(put(writer, encoded(large)));
  auto job = writer.close();
  CAF_REQUIRE(job.engaged());
  auto result = user->finish<std::vector<uint64_t>>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == std::vector<uint64_t>(12, limits::mib));
}

CAF_TEST(inputs_of_another_label_are_another_chunk) {
  auto writer = open("double", "int");
  CAF_CHECK(writer.add(encoded(int64_t{0})));
  CAF_CHECK(writer.add(encoded(int64_t{1}), "zone=a"));
  CAF_CHECK(writer.job() != 0u); // What came before was sent.
  CAF_CHECK(writer.add(encoded(int64_t{2}), "zone=a"));
  CAF_CHECK(writer.add(encoded(int64_t{3}), "w1"));
  auto refused = writer.add(encoded(int64_t{4}),
                            std::string(limits::name_bytes_max + 1, 'x'));
  CAF_CHECK_EQUAL(code(refused), "bad_usage");
  CAF_CHECK(contains(why(refused).text, "label of input 4"));
  auto job = writer.close();
  CAF_REQUIRE(job.engaged());
  auto result = user->finish<integers>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == integers({0, 2, 4, 6}));
}

CAF_TEST(a_job_without_inputs_succeeds) {
  auto job = open("double", "int").close();
  CAF_REQUIRE(job.engaged());
  auto result = user->finish<integers>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(result->empty());
}

CAF_TEST(finish_waits_for_the_result) {
  for (int64_t count : {3, 100'000}) {
    CAF_MESSAGE(count << " inputs");
    auto writer = open("double", "int");
    for (int64_t i = 0; i < count; ++i)
      CAF_REQUIRE(put(writer, encoded(i)));
    auto done = writer.finish();
    CAF_REQUIRE(done.engaged());
    CAF_CHECK_EQUAL(done->type, "list<int>");
    CAF_CHECK(done->status.state == job_state::succeeded);
    auto result = decode<integers>(done->bytes.view());
    CAF_REQUIRE(result.has_value());
    CAF_CHECK_EQUAL(result->size(), static_cast<size_t>(count));
  }
}

CAF_TEST(finish_of_a_failed_job_says_why) {
  auto spec = chunks_of("refuse", "int");
  spec.options.retries = 0;
  auto writer = user->open(spec);
  CAF_REQUIRE(writer.engaged());
  CAF_REQUIRE(put(*writer, encoded(int64_t{5})));
  auto done = writer->finish();
  CAF_CHECK_EQUAL(code(done), "job_failed");
  CAF_CHECK(contains(why(done).text, "will not do 5"));
}

CAF_TEST(an_input_that_is_too_large_is_named_and_the_rest_can_follow) {
  auto writer = open("length", "string");
  CAF_CHECK(put(writer, encoded(std::string{"a"})));
  auto refused = writer.add(std::string(limits::input_bytes_max + 1, 'x'));
  CAF_CHECK_EQUAL(code(refused), "input_too_large");
  CAF_CHECK(contains(why(refused).text, "input 1"));
  CAF_CHECK_EQUAL(writer.size(), 1u);
  CAF_CHECK(put(writer, encoded(std::string{"bb"})));
  auto job = writer.close();
  CAF_REQUIRE(job.engaged());
  auto result = user->finish<std::vector<uint64_t>>(*job);
  CAF_REQUIRE(result.engaged());
  CAF_CHECK(*result == std::vector<uint64_t>({1, 2}));
}

CAF_TEST(a_job_that_is_refused_is_an_error_of_close) {
  CAF_REQUIRE(user->run<integers>("double", integers{1}).engaged());
  auto writer = open("no_such_function", "int");
  CAF_REQUIRE(put(writer, encoded(int64_t{1})));
  CAF_CHECK_EQUAL(code(writer.close()), "unknown_function");
}

CAF_TEST(a_job_that_was_cancelled_takes_no_more_inputs) {
  auto writer = open("length", "string");
  std::string large(limits::mib, 'x');
  CAF_REQUIRE(put(writer, encoded(large)));
  CAF_REQUIRE(put(writer, encoded(large)));
  CAF_REQUIRE(writer.job() != 0u);
  CAF_REQUIRE(user->cancel(writer.job()).engaged());
  std::string refusal;
  for (int i = 0; i < 20 && refusal.empty(); ++i)
    if (auto ok = writer.add(encoded(large)); !ok)
      refusal = code(ok);
  CAF_CHECK_EQUAL(refusal, "job_ended");
}

CAF_TEST(an_abandoned_job_is_cancelled) {
  auto writer = open("length", "string");
  std::string large(limits::mib, 'x');
  CAF_REQUIRE(put(writer, encoded(large)));
  CAF_REQUIRE(put(writer, encoded(large)));
  writer.abandon();
  auto status = user->describe(writer.job());
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::cancelled);
}

CAF_TEST(abandoning_what_was_never_sent_costs_nothing) {
  auto writer = open("double", "int");
  CAF_REQUIRE(put(writer, encoded(int64_t{1})));
  writer.abandon();
  CAF_CHECK_EQUAL(writer.job(), 0u);
  auto all = user->jobs();
  CAF_REQUIRE(all.engaged());
  CAF_CHECK(all->empty());
}

CAF_TEST(a_writer_that_is_destroyed_leaves_its_job_open) {
  job_id job = 0;
  {
    auto writer = open("length", "string");
    std::string large(limits::mib, 'x');
    CAF_REQUIRE(put(writer, encoded(large)));
    CAF_REQUIRE(put(writer, encoded(large)));
    job = writer.job();
  }
  auto status = user->describe(job);
  CAF_REQUIRE(status.engaged());
  CAF_CHECK(status->state == job_state::open);
}

CAF_TEST(a_range_job_has_nothing_to_write) {
  CAF_CHECK_EQUAL(code(user->open(range_of("double", 0, 9, "count"))),
                  "bad_usage");
}

CAF_TEST_FIXTURE_SCOPE_END()
