#define CAF_SUITE script_value

#include "nodes/shell/script_value.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::shell;

namespace {

std::string field(std::string_view value, std::string_view fields) {
  auto found = json_field(value, fields);
  return found ? *found : "error: " + found.error().text;
}

std::string compared(const char* left, const char* op, const char* right) {
  auto found = compare(left, op, right);
  if (!found)
    return found.error().text;
  return *found ? "yes" : "no";
}

} // namespace

CAF_TEST(fields_of_json_are_found) {
  auto value = R"({"state": "done", "n": 18446744073709551615, "x": 1.5,
    "ok": true, "none": null, "nodes": [{"name": "a\nb"}], "o": {"p": [1,2]}})";
  const std::pair<const char*, const char*> rows[] = {
    {".state", "done"},
    {".n", "18446744073709551615"},
    {".x", "1.5"},
    {".ok", "true"},
    {".none", "null"},
    {".nodes.0.name", "a\nb"},
    {".o", R"({"p":[1,2]})"},
    {".o.p.1", "2"},
    {".stat", "error: there is no field \"stat\"; did you mean \"state\"?"},
    {".nodes.1", "error: there is no element 1 among 1"},
    {".nodes.x", "error: there is no element x among 1"},
    {".state.x", "error: \"done\" has no fields, so no \"x\""},
  };
  for (const auto& [fields, want] : rows) {
    CAF_MESSAGE(fields);
    auto got = field(value, fields);
    CAF_CHECK_EQUAL(got, want);
  }
  auto none = field("7", ".x");
  CAF_CHECK_EQUAL(none, "error: it is no JSON, so it has no fields");
}

CAF_TEST(a_byte_that_is_not_utf8_spoils_no_json) {
  auto value = R"([{"state": "dead", "text": "a\udcffb"}])";
  CAF_CHECK(is_json_container(value));
  CAF_CHECK_EQUAL(elements(value).size(), 1u);
  auto state = field(value, ".0.state");
  CAF_CHECK_EQUAL(state, "dead");
  auto text = field(value, ".0.text");
  CAF_CHECK_EQUAL(text, "a\uFFFDb");
}

CAF_TEST(json_that_is_too_deep_is_a_text) {
  CAF_CHECK(is_json_container(" {\"a\": [1]}"));
  CAF_CHECK(is_json_container("[]"));
  for (auto text : {"", "7", "\"a\"", "{", "{a}", "x{}", "[1] 2"})
    CAF_CHECK(!is_json_container(text));
  auto deep = std::string(100'000, '[') + std::string(100'000, ']');
  CAF_CHECK(!is_json_container(deep));
  CAF_CHECK_EQUAL(elements(deep).size(), 1u);
}

CAF_TEST(loops_visit_elements_or_lines) {
  using texts = std::vector<std::string>;
  CAF_CHECK(elements("[1, \"a b\", {\"c\": 2}]")
            == (texts{"1", "a b", "{\"c\":2}"}));
  CAF_CHECK(elements("a\n\nb c\n") == (texts{"a", "", "b c"}));
  CAF_CHECK(elements("[x\ny") == (texts{"[x", "y"}));
  CAF_CHECK(elements("").empty());
  CAF_CHECK(elements("[]").empty());
}

CAF_TEST(numbers_are_compared_as_numbers) {
  struct row {
    const char* left;
    const char* op;
    const char* right;
    const char* want;
  };
  const row rows[] = {
    {"1", "==", "1.0", "yes"},
    {"9", "<", "10", "yes"},
    {"9007199254740993", ">", "9007199254740992", "yes"},
    {"-1", "<=", "-1", "yes"},
    {"18446744073709551615", "==", "18446744073709551614", "no"},
    {"18446744073709551615", ">", "9223372036854775807", "yes"},
    {"18446744073709551615", ">", "-1", "yes"},
    {"1e3", ">=", "1000.5", "no"},
    {"01", "==", "1", "yes"},
    {"1", "!=", "2", "yes"},
    {"a", "==", "a", "yes"},
    {"a", "!=", "A", "yes"},
    {"", "==", "", "yes"},
    {"1", "==", "a", "no"},
    {"[ 1,\n2]", "==", "[1, 2]", "yes"},
    {"{\"a\": 1}", "!=", "{\"a\": 2}", "yes"},
    {"a", "<", "2", "< compares numbers, but \"a\" is none"},
    {"1", ">", "", "> compares numbers, but \"\" is none"},
    {"inf", ">", "1", "> compares numbers, but \"inf\" is none"},
    {"a succeeded b", "contains", "succeeded", "yes"},
    {"[\"ab\", 3]", "contains", "a", "no"},
    {"[\"ab\", 3]", "contains", "3", "yes"},
    {"", "contains", "x", "no"},
  };
  for (const auto& [left, op, right, want] : rows) {
    auto got = compared(left, op, right);
    CAF_MESSAGE(left << " " << op << " " << right);
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(ranges_are_two_whole_numbers) {
  auto found = parse_integer_range("-2..10");
  CAF_REQUIRE(found.has_value());
  CAF_CHECK_EQUAL(found->begin, -2);
  CAF_CHECK_EQUAL(found->end, 10);
  for (auto text : {"", "..", "1..", "..2", "a..b", "1..2..3", "1.2", "1..2/3",
                    "0..99999999999999999999"})
    CAF_CHECK(!parse_integer_range(text));
}
