#define CAF_SUITE command_submit

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_submit_tests, command_fixture)

CAF_TEST(prints_the_number_alone) {
  auto ended = run({"submit", "echo", "--range", "0..3"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "1\n");
  CAF_CHECK_EQUAL(ended.err, "");
  CAF_CHECK_EQUAL(run({"submit", "echo", "--input", "1"}).out, "2\n");
}

CAF_TEST(with_json_prints_the_job) {
  auto ended = run({"--json", "submit", "echo", "--range", "0..3"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("{\"job\": 1, "));
  CAF_CHECK(!ended.shows("result"));
}

CAF_TEST(the_same_key_is_the_same_job) {
  std::vector<std::string> args{"submit", "echo",  "--range",
                                "0..3",   "--key", "k"};
  CAF_CHECK_EQUAL(run(args).out, "1\n");
  CAF_CHECK_EQUAL(run(args).out, "1\n");
}

CAF_TEST(has_no_options_of_waiting) {
  auto ended =
    run_offline({"submit", "echo", "--range", "0..3", "--timeout", "1s"});
  CAF_CHECK(ended.code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST(a_job_can_come_from_a_file) {
  auto file = folder.file("job.json", R"({"function": "echo",
    "inputs": [1, "two"], "name": "from a file"})");
  auto ended = run({"submit", "-f", file});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "1\n");
  CAF_CHECK_EQUAL(run({"result", "1"}).out, "[1,\"two\"]\n");
  CAF_CHECK(run({"job", "1"}).shows("from a file"));
  CAF_CHECK_EQUAL(run({"run", "-f", file, "--reduce", "count"}).out, "2\n");
}

CAF_TEST(a_wrong_file_is_refused_before_the_cluster_hears_of_it) {
  auto file = folder.file("job.json", R"({"function": "echo", "retrys": 1})");
  for (const auto* command : {"submit", "run"}) {
    auto ended = run_offline({command, "-f", file});
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says("did you mean \"retries\""));
  }
  CAF_CHECK(
    run_offline({"run", "echo", "--input", "1", "--stream", "--raw"}).code
    == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
