#define CAF_SUITE node_json

#include "nodes/shell/node_json.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

#include <string>

using namespace troupe::shell;

CAF_TEST(reads_objects_only) {
  CAF_CHECK(parse_answer<nlohmann::json>(R"({"a": 1})").has_value());
  for (const auto* text : {"", "[]", "7", "{", "{\"a\": }"})
    CAF_CHECK(!parse_answer<nlohmann::json>(text));
  CAF_CHECK(!parse_answer<nlohmann::json>("{\"a\":" + std::string(100, '[')
                                          + std::string(100, ']') + "}"));
}

CAF_TEST(a_byte_that_is_not_utf8_spoils_no_answer) {
  auto what = parse_answer<nlohmann::json>(R"({"stdout": "a\udcffb"})");
  CAF_REQUIRE(what.has_value());
  CAF_CHECK_EQUAL(text_at(*what, "stdout"), "a\uFFFDb");
}

CAF_TEST(members_of_another_type_are_as_missing) {
  auto what =
    parse_answer<nlohmann::json>(R"({"text": "x", "number": 7, "other": [1]})");
  CAF_REQUIRE(what.has_value());
  CAF_CHECK(text_at(*what, "text") == "x");
  CAF_CHECK(text_at(*what, "number").empty());
  CAF_CHECK(text_at(nlohmann::json(nullptr), "text").empty());
  CAF_CHECK(number_at(*what, "number") == 7);
  CAF_CHECK(number_at(*what, "other") == 0);
  CAF_CHECK(number_at(*what, "nothing") == 0);
}

CAF_TEST(what_must_be_there_is_refused_if_it_is_something_else) {
  auto what = parse_answer<nlohmann::json>(
    R"({"yes": true, "one": 1, "list": [{"a": 1}, {}], "odd": [{}, 7]})");
  CAF_REQUIRE(what.has_value());
  CAF_CHECK(flag_at(*what, "yes") == true);
  CAF_CHECK(!flag_at(*what, "one"));
  CAF_CHECK(!flag_at(*what, "nothing"));
  CAF_CHECK(objects_at(*what, "list")->size() == 2);
  CAF_CHECK(objects_at(*what, "nothing")->empty());
  for (const auto* key : {"one", "odd"})
    CAF_CHECK(!objects_at(*what, key));
}

CAF_TEST(bytes_that_are_no_text_do_no_harm) {
  CAF_CHECK(!compact(nlohmann::json{std::string{"\xff"}}).empty());
  nlohmann::json what = {{"a\xC2\x9B", "\x1B[2J\x7F \xE2\x80\xAE\xC3\xA4"}};
  CAF_CHECK_EQUAL(compact(what), "{\"a\\u009b\":\"\\u001b[2J\\u007f "
                                 "\\u202e\xC3\xA4\"}");
  CAF_CHECK(nlohmann::json::parse(compact(what)) == what);
}
