#define CAF_SUITE command_verify

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_verify_tests, command_fixture)

CAF_TEST(the_history_of_a_job_is_verified) {
  run({"run", "fail", "--input", "1", "--input", "0", "--backoff", "1ms"});
  auto text = run({"verify", "1"});
  CAF_CHECK(text.code == exit_code::done);
  CAF_CHECK(text.shows("job 1: no violation; results of 2 of 2 tasks "
                       "accepted, 1 attempt failed, "));
  auto json = run({"--json", "verify", "1"});
  CAF_CHECK(json.code == exit_code::done);
  CAF_CHECK(
    json.shows(R"("ok": true, "ended": true, "incomplete": false, "tasks": 2, )"
               R"("accepted": 2, "failed": 1)"));
  CAF_CHECK(json.shows(R"("violations": [])"));
}

CAF_TEST(an_unknown_job_is_an_error) {
  auto ended = run({"verify", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("77"));
}

CAF_TEST(wrong_uses_are_refused_without_a_connection) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"verify"},
        {"verify", "seven"},
        {"verify", "1", "2"}}) {
    auto ended = run_offline(args);
    CAF_CHECK(ended.code == exit_code::usage);
    CAF_CHECK(!ended.err.empty());
  }
  CAF_CHECK_EQUAL(connections, 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
