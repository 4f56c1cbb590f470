#define CAF_SUITE command_tasks

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_tasks_tests, command_fixture)

CAF_TEST(wrong_questions_are_not_asked) {
  struct row {
    std::vector<std::string> args;
    const char* text;
  };
  const row rows[] = {
    {{"tasks"}, "needs JOB"},
    {{"tasks", "x"}, "not the number of a job"},
    {{"tasks", "1", "--state", "leasd"}, "did you mean \"leased\""},
    {{"tasks", "1", "--older", "soon"}, "--older"},
    {{"tasks", "1", "--older", "1s", "--state", "ready"},
     "--older is about leased tasks"},
  };
  for (const auto& [args, text] : rows) {
    auto ended = run_offline(args);
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(ended.says(text));
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
