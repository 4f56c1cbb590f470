#define CAF_SUITE command_tasks

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

/// Until a worker has what was submitted.
constexpr int looks_max = 10'000;

} // namespace

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

CAF_TEST(shows_where_the_tasks_are) {
  run({"submit", "echo", "--range", "0..1000", "--label", "none"});
  auto waits = run({"tasks", "1"});
  CAF_CHECK(waits.code == exit_code::done);
  CAF_CHECK(waits.shows("0..1000  1,000  ready"));
  CAF_CHECK_EQUAL(waits.err, "");
  auto json = run({"tasks", "1", "--json"});
  CAF_CHECK(json.out.starts_with(R"([{"job": 1, "begin": 0, "end": 1000, )"
                                 R"("tasks": 1000, "state": "ready", )"));
  CAF_CHECK(json.out.ends_with("}]\n"));
}

CAF_TEST(shows_what_runs_and_for_how_long) {
  run({"submit", "sleep", "--input", "100000"});
  ended_command leased;
  for (int i = 0; i < looks_max && !leased.shows("true"); ++i)
    leased = run({"tasks", "1", "--state", "leased", "--json"});
  CAF_CHECK(leased.shows(R"("state": "leased", "attempt": 1, )"));
  CAF_CHECK(leased.shows(R"("running": true)"));
  auto old = run({"tasks", "1", "--older", "1h"});
  CAF_CHECK(old.code == exit_code::done);
  CAF_CHECK_EQUAL(old.out, "");
  CAF_CHECK(old.says("job 1 has no such tasks"));
  CAF_CHECK_EQUAL(run({"tasks", "1", "--older", "1h", "--json"}).out, "[]\n");
  CAF_CHECK(run({"tasks", "1", "--older", "1ms"}).shows("leased, running"));
  run({"cancel", "1"});
}

CAF_TEST(says_what_it_leaves_out) {
  run({"submit", "sleep", "--input", "100000", "--input", "100000"});
  ended_command all;
  for (int i = 0; i < looks_max && !all.shows("running"); ++i)
    all = run({"tasks", "1"});
  auto first = run({"tasks", "1", "--limit", "1"});
  CAF_CHECK(first.code == exit_code::done);
  // One that runs and one that waits are two groups.
  CAF_CHECK(first.says("the first 1 groups of tasks are shown"));
  run({"cancel", "1"});
}

CAF_TEST(an_unknown_job_is_refused) {
  auto ended = run({"tasks", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("77"));
}

CAF_TEST_FIXTURE_SCOPE_END()
