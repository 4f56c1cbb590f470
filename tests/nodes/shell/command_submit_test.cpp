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

CAF_TEST_FIXTURE_SCOPE_END()
