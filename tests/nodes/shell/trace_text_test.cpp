#define CAF_SUITE trace_text

#include "nodes/shell/trace_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

task_trace sample() {
  task_trace what;
  what.job = 7;
  what.one = true;
  what.index = 3;
  trace_step submitted;
  submitted.range = {0, 10};
  trace_step leased;
  leased.kind = trace_kind::leased;
  leased.at_us = 1500;
  leased.range = {3, 4};
  leased.attempt = 1;
  leased.node = "al\"pha";
  leased.lease = {1, 2};
  what.steps = {submitted, leased};
  return what;
}

} // namespace

CAF_TEST(json_has_all_of_it) {
  auto text = trace_json(sample());
  CAF_CHECK_EQUAL(
    text, R"({"job": 7, "index": 3, "incomplete": false, "steps": [)"
          R"({"step": "submitted", "at_seconds": 0, "begin": 0, "end": 10, )"
          R"("attempt": 0, "node": "", "lease": "", "text": ""},)"
          "\n "
          R"({"step": "leased", "at_seconds": 0.0015, "begin": 3, "end": 4, )"
          R"("attempt": 1, "node": "al\"pha", "lease": "1.2", "text": ""}]})");
  auto empty = task_trace{};
  auto none = trace_json(empty);
  CAF_CHECK_EQUAL(none, "{\"job\": 0, \"index\": null, \"incomplete\": false, "
                        "\"steps\": []}");
}

CAF_TEST(rows_tell_the_time_since_the_step_before) {
  auto rows = trace_table(sample()).rows;
  CAF_REQUIRE_EQUAL(rows.size(), 2u);
  CAF_CHECK_EQUAL(rows[0][2].text, "");
  CAF_CHECK_EQUAL(rows[0][3].text, "0..10");
  CAF_CHECK(rows[1][2].text.starts_with("+"));
  CAF_CHECK_EQUAL(rows[1][3].text, "3");
  CAF_CHECK_EQUAL(rows[1][5].text, "1.2");
}

CAF_TEST(a_trace_that_is_incomplete_says_so) {
  auto what = sample();
  CAF_CHECK_EQUAL(footnote(what), "");
  what.incomplete = true;
  CAF_CHECK(footnote(what).find("not kept") != std::string::npos);
  what.one = false;
  CAF_CHECK(footnote(what).find("troupe trace 7/INDEX") != std::string::npos);
}
