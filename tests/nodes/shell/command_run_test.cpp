#define CAF_SUITE command_run

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_run_tests, command_fixture)

CAF_TEST(prints_the_result_and_a_summary) {
  auto ended = run({"run", "echo", "--input", "1", "--input", "[2]"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "[1,[2]]\n");
  CAF_CHECK(ended.says("succeeded: 2 tasks"));
}

CAF_TEST(every_kind_of_input_arrives_in_order) {
  auto lines = folder.file("lines", "a\nb\r\n\nc");
  struct row {
    const char* what;
    std::vector<std::string> args;
    std::string want;
  };
  const row rows[] = {
    {"integers", {"--range", "-1..2"}, "[-1,0,1]\n"},
    {"pairs", {"--range", "0..5/2"}, "[[0,2],[2,4],[4,5]]\n"},
    {"lines", {"--lines", lines}, "[\"a\",\"b\\r\",\"\",\"c\"]\n"},
    {"pieces",
     {"--split", lines, "--chunk", "3"},
     "[\"a\\n\",\"b\\r\\n\",\"\\nc\"]\n"},
    {"paths", {"--glob", folder.path("l*s")}, "[\"" + lines + "\"]\n"},
    {"nothing", {"--range", "5..5"}, "[]\n"},
    {"an empty file", {"--lines", folder.file("empty", "")}, "[]\n"},
  };
  for (const auto& [what, args, want] : rows) {
    CAF_MESSAGE(what);
    std::vector<std::string> all{"run", "echo"};
    all.insert(all.end(), args.begin(), args.end());
    auto ended = run(all);
    CAF_MESSAGE(ended.err);
    CAF_CHECK(ended.code == exit_code::done);
    CAF_CHECK_EQUAL(ended.out, want);
  }
}

CAF_TEST(with_json_there_is_one_object_with_the_result) {
  auto ended = run({"--json", "run", "echo", "--input", "1.50", "--name", "n"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("{\"job\": "));
  CAF_CHECK(ended.shows("\"state\": \"succeeded\""));
  CAF_CHECK(ended.out.ends_with(", \"result\": [1.5]}\n"));
}

CAF_TEST(a_file_takes_the_result) {
  auto ended = run(
    {"--json", "run", "echo", "--input", "1", "--output", folder.path("out")});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(folder.read("out"), "[1]\n");
  CAF_CHECK(!ended.shows("result"));
  CAF_CHECK(ended.shows("\"state\": \"succeeded\""));
}

CAF_TEST(raw_needs_text) {
  auto ended = run({"run", "count_primes", "--range", "0..9/9", "--raw"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("list<uint>"));
  CAF_CHECK_EQUAL(ended.out, "");
  CAF_CHECK(run({"jobs", "--json"}).out == "[]\n");
}

CAF_TEST(a_failed_job_is_exit_code_1_with_the_reason) {
  auto ended = run({"--json", "run", "fail", "--input", "9", "--retries", "0"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.shows("\"state\": \"failed\""));
  CAF_CHECK(ended.says("failed: 1 of 1 tasks failed; the first: task 0: "));
}

CAF_TEST(after_the_timeout_the_job_goes_on) {
  auto ended = run({"run", "sleep", "--input", "100000", "--timeout", "1ms"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK_EQUAL(ended.out, "");
  CAF_CHECK(ended.says("goes on: troupe wait "));
  CAF_CHECK(run({"cancel", "1"}).code == exit_code::done);
}

CAF_TEST(what_does_not_fit_is_not_submitted) {
  auto ended = run({"run", "sleep", "--input", "1", "--input", "\"x\""});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK(ended.says("input 1: expected uint, got string \"x\""));
  CAF_CHECK_EQUAL(run({"jobs", "--json"}).out, "[]\n");
}

CAF_TEST(an_unknown_function_is_refused_with_the_nearest_names) {
  auto ended = run({"run", "ecko", "--input", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("echo"));
}

CAF_TEST(what_is_wrong_here_is_found_before_connecting) {
  struct row {
    const char* what;
    std::vector<std::string> args;
    exit_code want;
  };
  const row rows[] = {
    {"no inputs", {}, exit_code::usage},
    {"weight 0", {"--range", "0..1", "--weight", "0"}, exit_code::usage},
    {"weight 1001", {"--range", "0..1", "--weight", "1001"}, exit_code::usage},
    {"missing file", {"--lines", folder.path("none")}, exit_code::failed},
    {"unwritable",
     {"--range", "0..1", "--output", folder.path("none/x")},
     exit_code::failed},
    {"raw json", {"--range", "0..1", "--raw", "--json"}, exit_code::usage},
  };
  for (const auto& [what, args, want] : rows) {
    CAF_MESSAGE(what);
    std::vector<std::string> all{"run", "echo"};
    all.insert(all.end(), args.begin(), args.end());
    CAF_CHECK(run_offline(all).code == want);
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(without_a_coordinator_the_exit_code_is_3) {
  auto ended = run_offline({"run", "echo", "--input", "1"});
  CAF_CHECK(ended.code == exit_code::cannot_connect);
  CAF_CHECK_EQUAL(connections, 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
