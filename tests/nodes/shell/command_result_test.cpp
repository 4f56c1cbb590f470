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

CAF_TEST(a_job_that_goes_on_is_waited_for) {
  run({"submit", "sleep", "--input", "300"});
  auto ended = run({"result", "1"});
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK_EQUAL(ended.out, "[300]\n");
  CAF_CHECK(ended.says("job 1 has not ended, 0 of 1 tasks are done"));
}

CAF_TEST(a_job_that_goes_on_is_not_waited_for_too_long) {
  run({"submit", "sleep", "--input", "100000"});
  auto ended = run({"result", "1", "--timeout", "50ms", "--json"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK(ended.says("troupe result 1"));
  CAF_CHECK(ended.out.starts_with("{\"job\": 1, "));
  run({"cancel", "1"});
}

CAF_TEST(a_streamed_job_hands_its_results_out) {
  run({"submit", "echo", "--stream", "--range", "0..3"});
  auto ended = run({"result", "1", "--json"});
  CAF_MESSAGE(ended.err);
  CAF_CHECK(ended.code == exit_code::done);
  CAF_CHECK(ended.out.starts_with("[\n{\"index\": "));
  CAF_CHECK(ended.shows("{\"index\": 2, \"result\": 2}"));
  CAF_CHECK(ended.out.ends_with("\n]\n"));
  auto again = run({"result", "1", "--json"});
  CAF_CHECK(again.code == exit_code::done);
  CAF_CHECK_EQUAL(again.out, "[\n]\n");
  CAF_CHECK(again.says("are not kept"));
}

CAF_TEST(a_streamed_job_that_goes_on_gives_what_it_has) {
  run({"submit", "sleep", "--stream", "--input", "1", "--input", "100000"});
  auto ended = run({"result", "1", "--json", "--timeout", "3s"});
  CAF_CHECK(ended.code == exit_code::timed_out);
  CAF_CHECK_EQUAL(ended.out, "[\n{\"index\": 0, \"result\": 1}\n]\n");
  run({"cancel", "1"});
}

CAF_TEST(an_unknown_job_is_refused) {
  CAF_CHECK(run({"result", "77"}).code == exit_code::failed);
}

CAF_TEST_FIXTURE_SCOPE_END()
