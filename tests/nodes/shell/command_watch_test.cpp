#define CAF_SUITE command_watch

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_watch_tests, command_fixture)

CAF_TEST(a_job_is_watched_until_it_ends) {
  run({"submit", "sleep", "--input", "300"});
  auto ended = run({"watch", "1"});
  CAF_MESSAGE(ended.err);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("job 1  running  "));
  CAF_CHECK(ended.out.ends_with("\n"));
  CAF_CHECK(ended.shows("job 1  succeeded  100%  1/1"));
  CAF_CHECK(ended.says("job 1 succeeded"));
}

CAF_TEST(a_job_that_has_ended_is_shown_once) {
  run({"run", "echo", "--input", "1"});
  auto ended = run({"watch", "1", "--json"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("[\n{\"job\": 1, "));
  CAF_CHECK(ended.out.ends_with("}\n]\n"));
  CAF_CHECK_EQUAL(std::count(ended.out.begin(), ended.out.end(), '\n'), 3);
}

CAF_TEST(a_job_that_failed_is_exit_code_1) {
  run({"submit", "fail", "--input", "9", "--retries", "0"});
  auto ended = run({"watch", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("job 1 failed"));
}

CAF_TEST(it_does_not_watch_longer_than_it_should) {
  run({"submit", "sleep", "--input", "100000"});
  auto ended = run({"watch", "1", "--timeout", "100ms", "--json"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK(ended.says("troupe watch 1"));
  CAF_CHECK(ended.out.ends_with("}\n]\n"));
  run({"cancel", "1"});
}

CAF_TEST(an_unknown_job_is_refused) {
  auto ended = run({"watch", "77"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK_EQUAL(ended.out, "");
}

CAF_TEST_FIXTURE_SCOPE_END()
