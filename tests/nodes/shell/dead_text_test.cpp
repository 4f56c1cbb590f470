#define CAF_SUITE dead_text

#include "nodes/shell/dead_text.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

CAF_TEST(which_dead_letters_are_meant) {
  auto job = parse_dead("7");
  CAF_REQUIRE(job.has_value());
  CAF_CHECK(job->job == 7 && !job->one);
  auto one = parse_dead("7/4321");
  CAF_REQUIRE(one.has_value());
  CAF_CHECK(one->job == 7 && one->one && one->index == 4321);
  for (auto text : {"", "x", "7/", "/3", "7/x", "0", "-1", "7/3/1", "7 3"}) {
    CAF_MESSAGE(text);
    auto bad = parse_dead(text);
    CAF_REQUIRE(!bad.has_value());
    CAF_CHECK(bad.error().code == exit_code::usage);
  }
}

CAF_TEST(a_dead_letter_as_json_and_as_text) {
  dead_letter letter{7, 3, 2, errc::timed_out, "too \"slow\"", "beta", {}};
  CAF_CHECK_EQUAL(dead_json(letter),
                  R"({"job": 7, "index": 3, "attempts": 2, "node": "beta", )"
                  R"("code": "timed_out", "error": "too \"slow\""})");
  letter.history.push_back(
    {1, errc::function_failed, "odd", "alpha", 1'500'000, 250'000});
  auto json = dead_json(letter);
  CAF_CHECK(json.ends_with(
    R"("history": [{"attempt": 1, "node": "alpha", "started": 1.5, )"
    R"("seconds": 0.25, "code": "function_failed", "error": "odd"}]})"));
  auto text = describe(letter);
  CAF_CHECK(text.find("task 7/3 is dead after 2 attempts") == 0);
  CAF_CHECK(text.find("attempt 1 on alpha") != std::string::npos);
  CAF_CHECK(text.find("odd") != std::string::npos);
}
