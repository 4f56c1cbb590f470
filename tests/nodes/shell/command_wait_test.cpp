#define CAF_SUITE command_wait

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_wait_tests, command_fixture)

CAF_TEST(says_how_the_job_ended) {
  run({"submit", "echo", "--input", "1"});
  auto ended = run({"wait", "1"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.shows("job 1 succeeded: 1 task"));
}

CAF_TEST(prints_the_result_when_it_is_asked_for) {
  run({"submit", "echo", "--input", "1"});
  CAF_CHECK_EQUAL(run({"wait", "1", "--result"}).out, "[1]\n");
  CAF_CHECK(run({"wait", "1", "--result", "--json"})
              .out.ends_with("\"result\": [1]}\n"));
  CAF_CHECK(!run({"wait", "1", "--json"}).shows("result"));
}

CAF_TEST(a_failed_job_is_exit_code_1) {
  run({"submit", "fail", "--input", "9", "--retries", "0"});
  auto ended = run({"wait", "1", "--result"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("job 1 failed: "));
}

CAF_TEST(after_the_timeout_prints_the_job_as_it_is) {
  run({"submit", "sleep", "--input", "100000"});
  auto ended = run({"wait", "1", "--timeout", "1ms", "--json"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK(ended.shows("\"state\": \"running\""));
  CAF_CHECK(ended.says("job 1 goes on: troupe wait 1"));
  run({"cancel", "1"});
  ended = run({"wait", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("job 1 was cancelled"));
}

CAF_TEST(an_unknown_job_is_refused) {
  CAF_CHECK(run({"wait", "77"}).code == exit_code::failed);
  CAF_CHECK(run_offline({"wait", "x"}).code == exit_code::usage);
}

CAF_TEST_FIXTURE_SCOPE_END()
