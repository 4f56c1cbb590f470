#define CAF_SUITE command_rerun

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_rerun_tests, command_fixture)

CAF_TEST(the_new_number_is_printed) {
  run({"run", "echo", "--input", "1", "--input", "2"});
  auto text = run({"rerun", "1"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK_EQUAL(text.out, "2\n");
  CAF_CHECK_EQUAL(run({"wait", "2", "--result"}).out, "[1,2]\n");
  auto json = run({"--json", "rerun", "2"});
  CAF_CHECK(json.shows("\"job\": 3"));
}

CAF_TEST(only_what_failed_runs_again) {
  run({"run", "fail", "--range", "0..3", "--retries", "0"});
  auto text = run({"rerun", "1", "--failed"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(run({"--json", "job", "2"}).shows("\"tasks\": 2"));
}

CAF_TEST(what_cannot_run_again_is_an_error) {
  auto ended = run({"rerun", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("77"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"rerun"},
        {"rerun", "seven"},
        {"rerun", "1", "2"}})
    CAF_CHECK(run_offline(args).code == exit_code::usage);
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
