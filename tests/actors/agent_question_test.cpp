#define CAF_SUITE agent_question

#include "actors/agent_question.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe;

CAF_TEST(reads_objects_and_nothing_else) {
  CAF_CHECK(parse_question<nlohmann::json>("").has_value());
  CAF_CHECK(parse_question<nlohmann::json>(R"({"a": 1})").has_value());
  for (const auto* text : {"x", "[]", "7", "{", "null"})
    CAF_CHECK(!parse_question<nlohmann::json>(text));
  CAF_CHECK(
    !parse_question<nlohmann::json>("{\"a\":" + std::string(10'000, '[')));
}

CAF_TEST(numbers_are_whole_and_bounded) {
  auto what =
    parse_question<nlohmann::json>(R"({"a": 5, "b": -1, "c": 1.5, "d": "x"})");
  CAF_REQUIRE(what.has_value());
  CAF_CHECK(number_in(*what, "a", 0, 5).value_or(0) == 5);
  CAF_CHECK(!number_in(*what, "a", 0, 4));
  CAF_CHECK(number_in(*what, "none", 7, 9).value_or(0) == 7);
  for (const auto* key : {"b", "c", "d"})
    CAF_CHECK(!number_in(*what, key, 0, 9));
  CAF_CHECK(text_in(*what, "d") == "x");
  CAF_CHECK(text_in(*what, "a").empty());
}
