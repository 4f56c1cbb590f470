#define CAF_SUITE sending

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(sending_tests, command_fixture)

CAF_TEST(many_inputs_arrive_in_order) {
  std::string lines;
  std::string want = "[";
  for (int i = 0; i < 20'000; ++i) {
    lines += std::to_string(i) + "\n";
    want += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\"";
  }
  auto ended = run({"run", "echo", "--lines", folder.file("x", lines),
                    "--output", folder.path("out")});
  CAF_MESSAGE(ended.err);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(folder.read("out") == want + "]\n");
}

CAF_TEST(a_line_over_the_limit_ends_the_job) {
  auto file = folder.file("x", "a\n" + std::string(17 << 20, 'x') + "\n");
  auto ended = run({"run", "echo", "--lines", file});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("input 1: "));
  CAF_CHECK(ended.says("will be cancelled"));
  CAF_CHECK_EQUAL(ended.out, "");
}

CAF_TEST(the_first_line_tells_whether_lines_fit) {
  auto ended = run({"run", "sleep", "--lines", folder.file("x", "5\n")});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("input 0: expected uint, got string \"5\""));
  CAF_CHECK_EQUAL(run({"jobs", "--json"}).out, "[]\n");
}

CAF_TEST_FIXTURE_SCOPE_END()
