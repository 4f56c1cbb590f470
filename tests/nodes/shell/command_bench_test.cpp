#define CAF_SUITE command_bench

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_bench_tests, command_fixture)

CAF_TEST(throughput_is_printed_for_people_and_for_programs) {
  auto text = run({"bench", "throughput", "--time", "1ms"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.out.starts_with("1 slot: "));
  CAF_CHECK(text.shows(" echo tasks of 64 B per second, "));
  auto json = run({"--json", "bench", "throughput", "--time", "1ms"});
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(json.out.starts_with(
    R"({"bench": "throughput", "slots": 1, "echo_per_s": )"));
  CAF_CHECK(json.shows(R"("range_per_s": )"));
}

CAF_TEST(latency_is_printed_for_people_and_for_programs) {
  auto text = run({"bench", "latency", "--time", "5ms"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("1 slot: one task at a time takes "));
  auto json = run({"--json", "bench", "latency", "--time", "5ms"});
  CAF_CHECK(
    json.out.starts_with(R"({"bench": "latency", "slots": 1, "samples": )"));
  CAF_CHECK(json.shows(R"("p99_us": )"));
}

CAF_TEST(granularity_is_a_table_and_a_document) {
  const std::vector<std::string> args{"bench", "granularity", "--time",
                                      "2ms",   "--longest",   "1ms"};
  auto text = run(args);
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("PAYLOAD TASKS"));
  CAF_CHECK(text.shows("100 ns"));
  CAF_CHECK(text.shows("1 ms"));
  CAF_CHECK(!text.shows("2 ms"));
  CAF_CHECK(text.shows("METG(50 %)"));
  auto with_json = args;
  with_json.insert(with_json.begin(), "--json");
  auto json = run(with_json);
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(json.out.starts_with(
    R"({"bench": "granularity", "slots": 1, "metg_payload_us": )"));
  CAF_CHECK(json.shows(R"("payload": [{"length_us": 0.1, "tasks": 20000, )"));
  CAF_CHECK(json.shows(R"({"length_us": 1000, "tasks": 2, )"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  struct row {
    std::vector<std::string> args;
    const char* says;
  };
  const row rows[] = {
    {{"bench"}, "WHAT"},
    {{"bench", "latncy"}, "latency"},
    {{"bench", "everything"}, "use throughput, latency or granularity"},
    {{"bench", "latency", "--time", "0s"}, "--time must be at least 1ms"},
  };
  for (const auto& [args, says] : rows) {
    CAF_MESSAGE(args.back());
    auto ended = run_offline(args);
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(says));
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
