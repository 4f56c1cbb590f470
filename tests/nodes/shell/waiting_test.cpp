#define CAF_SUITE waiting

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(waiting_tests, command_fixture)

CAF_TEST(the_timeout_counts_from_the_wait) {
  run({"submit", "sleep", "--input", "100000"});
  for (int i = 0; i < 2; ++i)
    CAF_CHECK(run({"wait", "1", "--timeout", "1ms"}).code
              == exit_code::timed_out);
  run({"cancel", "1"});
}

CAF_TEST(no_progress_is_drawn_into_a_file) {
  auto ended = run({"run", "echo", "--range", "0..1000", "--reduce", "count"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "1000\n");
  CAF_CHECK(ended.err.find('\r') == std::string::npos);
  CAF_CHECK(ended.err.starts_with("troupe: job 1 succeeded"));
}

CAF_TEST_FIXTURE_SCOPE_END()
