#define CAF_SUITE command_explain

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_explain_tests, command_fixture)

CAF_TEST(a_task_that_waits_shows_who_does_not_run_it) {
  run({"cordon", "local"});
  run({"submit", "echo", "--range", "0..10"});
  auto text = run({"explain", "1"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.out.starts_with("task 1/0 is ready, attempt 1\n  why "));
  CAF_CHECK(text.shows("\nNODE "));
  CAF_CHECK(text.shows("not now"));
  CAF_CHECK(text.shows("cordoned"));
  CAF_CHECK(run({"explain", "1/4"}).shows("behind 4 tasks of its job"));
  auto json = run({"--json", "explain", "1/4"});
  CAF_CHECK(json.out.starts_with("{\"job\": 1, \"index\": 4, "
                                 "\"state\": \"ready\""));
  CAF_CHECK(json.shows("\"node\": \"local\", \"runs_it\": \"not now\""));
}

CAF_TEST(a_job_that_has_ended_says_so) {
  run({"run", "echo", "--input", "1"});
  CAF_CHECK_EQUAL(run({"explain", "1"}).out,
                  "job 1\n  why    job 1 has ended: it has succeeded\n");
  CAF_CHECK(run({"explain", "1/0"}).out.starts_with("task 1/0 has succeeded"));
  auto ended = run({"explain", "1/1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("no task 1"));
  CAF_CHECK(run({"explain", "2"}).code == exit_code::failed);
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"explain"},
        {"explain", "seven"},
        {"explain", "7/"},
        {"explain", "1", "2"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
