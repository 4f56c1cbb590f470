#define CAF_SUITE command_trace

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_trace_tests, command_fixture)

CAF_TEST(the_life_of_a_task_is_a_table_or_json) {
  run({"run", "fail", "--input", "1", "--backoff", "1ms"});
  auto text = run({"trace", "1/0"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.out.starts_with("STEP "));
  for (auto step : {"submitted", "ready", "leased", "started", "ended",
                    "failed", "accepted", "merged", "job_ended"})
    CAF_CHECK(text.shows(step));
  CAF_CHECK(text.shows("local"));
  auto json = run({"--json", "trace", "1/0"});
  CAF_CHECK(json.out.starts_with(
    R"({"job": 1, "index": 0, "incomplete": false, "steps": [)"
    R"({"step": "submitted", "at_seconds": 0, "begin": 0, "end": 1, )"));
  CAF_CHECK(json.shows(R"("node": "local", "lease": ")"));
}

CAF_TEST(the_life_of_a_job_is_that_of_its_leases) {
  run({"run", "noop", "--range", "0..100", "--reduce", "count"});
  auto json = run({"--json", "trace", "1"});
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(json.shows(R"("index": null)"));
  CAF_CHECK(json.shows(R"("step": "leased")"));
  CAF_CHECK(json.shows(R"("step": "job_ended")"));
}

CAF_TEST(unknown_jobs_and_tasks_are_errors) {
  auto ended = run({"trace", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("77"));
  run({"run", "echo", "--input", "1"});
  CAF_CHECK(run({"trace", "1/1"}).says("no task 1"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"trace"},
        {"trace", "seven"},
        {"trace", "1", "2"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
