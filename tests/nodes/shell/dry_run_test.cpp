#define CAF_SUITE dry_run

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(dry_run_tests, command_fixture)

CAF_TEST(shows_what_would_be_submitted_and_submits_nothing) {
  auto file = folder.file("job.json", R"({"function": "count_primes",
    "range": "0..100/10", "reduce": "sum", "retries": 7})");
  for (const auto* command : {"submit", "run"}) {
    auto ended = run({command, "-f", file, "--dry-run"});
    CAF_MESSAGE(ended.err);
    CAF_CHECK(ended.code == exit_code::done);
    CAF_CHECK(ended.shows("tasks         10\n"));
    CAF_CHECK(ended.shows("retries       7\n"));
    CAF_CHECK(ended.says("nothing was submitted"));
  }
  auto json = run({"--json", "submit", "--file", file, "--dry-run"});
  CAF_CHECK(json.shows(R"("tasks": 10)"));
  CAF_CHECK(json.shows(R"("result_type": "uint")"));
  CAF_CHECK_EQUAL(run({"jobs", "--json"}).out, "[]\n");
}

CAF_TEST(all_that_the_cluster_would_refuse_is_found) {
  struct row {
    std::vector<std::string> args;
    const char* text;
    exit_code code = exit_code::failed;
  };
  auto lines = folder.file("lines", "1\n2\n");
  const row rows[] = {
    {{"ehco", "--input", "1"}, "did you mean \"echo\""},
    {{"count_primes", "--input", "[1, 2]", "--input", "7"},
     "input 1: ",
     exit_code::usage},
    {{"count_primes", "--range", "0..9/3", "--reduce", "merge_counts"},
     "merge_counts"},
    {{"count_primes", "--range", "0..9"}, "input 0: "},
    {{"sleep", "--lines", lines}, "input 0: "},
    {{"mandelbrot", "--range", "0..9/3"}, "needs --args"},
    {{"echo", "--input", "1", "--args", "{"}, "--args: ", exit_code::usage},
  };
  for (const auto& [args, text, code] : rows) {
    std::vector<std::string> all{"submit", "--dry-run"};
    all.insert(all.end(), args.begin(), args.end());
    auto ended = run(all);
    CAF_MESSAGE(ended.err);
    CAF_CHECK(ended.code == code);
    CAF_CHECK(ended.says(text));
    CAF_CHECK_EQUAL(ended.out, "");
  }
}

CAF_TEST(what_no_node_has_is_told) {
  std::vector<std::string> args{"submit", "echo", "--range", "0..9",
                                "--dry-run"};
  CAF_CHECK(!run(args).says("no node has"));
  args.insert(args.end(), {"--resource", "gpu:1"});
  auto ended = run(args);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.says("no node has what one task needs (cpus=1 gpu=1): the "
                       "job would wait for one"));
  args.back() = "gpu:0.5";
  args.insert(args.end(), {"--label", "big"});
  CAF_CHECK(run(args).says("label=big"));
}

CAF_TEST(all_inputs_of_a_file_are_read) {
  auto lines = folder.file("lines", "a\nb\nc\n");
  auto ended = run({"--json", "submit", "echo", "--lines", lines, "--dry-run"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows(R"("tasks": 3)"));
}

CAF_TEST_FIXTURE_SCOPE_END()
