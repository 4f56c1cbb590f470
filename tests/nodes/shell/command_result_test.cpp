#define CAF_SUITE command_result

#include "tests/nodes/shell/command_fixture.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST_FIXTURE_SCOPE(command_result_tests, command_fixture)

CAF_TEST(prints_what_the_job_left) {
  run({"run", "echo", "--input", "1"});
  auto ended = run({"result", "1"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "[1]\n");
  CAF_CHECK(run({"result", "1", "--json"}).out.ends_with("\"result\": [1]}\n"));
}

CAF_TEST(raw_text_is_written_as_it_is) {
  run({"run", "mandelbrot", "--range", "0..2/2", "--reduce", "concat", "--args",
       R"({"width": 3, "height": 2, "iterations": 9, "center": [0, 0],
           "scale": 1})"});
  auto ended = run({"result", "1", "--raw", "--output", folder.path("x")});
  CAF_MESSAGE(ended.err);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(folder.read("x").size(), 6u);
  CAF_CHECK_EQUAL(ended.out, "");
  CAF_CHECK(run({"result", "1", "--raw"}).out == folder.read("x"));
}

CAF_TEST(a_job_that_goes_on_has_no_result_yet) {
  run({"submit", "sleep", "--input", "100000"});
  auto ended = run({"result", "1"});
  CAF_CHECK(ended.code == exit_code::failed);
  CAF_CHECK(ended.says("has not ended"));
  run({"cancel", "1"});
}

CAF_TEST(an_unknown_job_is_refused) {
  CAF_CHECK(run({"result", "77"}).code == exit_code::failed);
}

CAF_TEST_FIXTURE_SCOPE_END()
