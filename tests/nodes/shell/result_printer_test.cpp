#define CAF_SUITE result_printer

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

using namespace troupe;
using namespace troupe::shell;

namespace {

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(result_printer_tests, command_fixture)

CAF_TEST(each_result_is_a_line) {
  auto ended = run({"run", "echo", "--stream", "--input", "1", "--input",
                    "[2, \"x\"]", "--input", "\"\\udc80\\n\""});
  CAF_MESSAGE(ended.err);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(sorted_lines(ended.out)
            == (std::vector<std::string>{"\"\\udc80\\n\"", "1", "[2,\"x\"]"}));
  CAF_CHECK(ended.says("3 results are printed"));
}

CAF_TEST(each_result_is_an_object_in_an_array) {
  auto ended = run({"--json", "run", "echo", "--stream", "--range", "7..9"});
  CAF_CHECK(ended.code == exit_code::done);
  auto lines = sorted_lines(ended.out);
  CAF_REQUIRE_EQUAL(lines.size(), 4u);
  CAF_CHECK(ended.out.starts_with("[\n{"));
  CAF_CHECK(ended.out.ends_with("}\n]\n"));
  CAF_CHECK(ended.shows(R"({"index": 0, "result": 7})"));
  CAF_CHECK(ended.shows(R"({"index": 1, "result": 8})"));
}

CAF_TEST(no_results_are_an_empty_array) {
  auto ended = run({"--json", "run", "echo", "--stream", "--range", "7..7"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "[\n]\n");
}

CAF_TEST(what_succeeded_of_a_failed_job_is_printed) {
  auto ended = run({"run", "fail", "--stream", "--retries", "0", "--input", "0",
                    "--input", "9"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK_EQUAL(ended.out, "1\n");
  CAF_CHECK(ended.says("job 1 failed"));
}

CAF_TEST_FIXTURE_SCOPE_END()
