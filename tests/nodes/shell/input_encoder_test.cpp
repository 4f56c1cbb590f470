#define CAF_SUITE input_encoder

#include "nodes/shell/input_encoder.hpp"
#include "runtime/function/json.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using namespace troupe::shell;

namespace {

/// Encodes and shows what a function would see, or the error.
std::string seen(const char* type, std::string_view text, bool json) {
  std::string bytes;
  if (auto ok = input_encoder{type}.encode(3, text, json, bytes); !ok)
    return ok.error().text;
  auto shown = bytes_to_json(type, bytes);
  return shown ? *shown : "undecodable";
}

} // namespace

CAF_TEST(strings_of_files_fit_where_a_string_fits) {
  struct row {
    const char* what;
    const char* type;
    std::string text;
    const char* want;
  };
  const row rows[] = {
    {"string", "string", "a\"b", R"("a\"b")"},
    {"bytes", "bytes", "a\xff", R"("a\udcff")"},
    {"any", "any", "5", R"("5")"},
    {"optional", "optional<string>", "x\xff", R"("x\udcff")"},
    {"empty", "string", "", R"("")"},
    {"number", "int", "5", R"(input 3: expected int, got string "5")"},
  };
  for (const auto& [what, type, text, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(seen(type, text, false), want);
  }
}

CAF_TEST(json_is_read_as_the_type_asks) {
  struct row {
    const char* what;
    const char* type;
    const char* text;
    const char* want;
  };
  const row rows[] = {
    {"int", "int", "-5", "-5"},
    {"large", "uint", "18446744073709551615", "18446744073709551615"},
    {"list", "list<int>", "[1, 2]", "[1,2]"},
    {"any", "any", R"({"a": [1]})", R"({"a":[1]})"},
    {"string", "string", R"("x")", R"("x")"},
    {"misfit", "int", R"("x")", R"(input 3: expected int, got string "x")"},
  };
  for (const auto& [what, type, text, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(seen(type, text, true), want);
  }
  CAF_CHECK(seen("int", "{", true).starts_with("input 3: "));
}

CAF_TEST(appends_to_what_is_there) {
  std::string bytes = "x";
  CAF_REQUIRE(input_encoder{"string"}.encode(0, "a", false, bytes));
  CAF_CHECK_EQUAL(bytes, std::string("x\x01"
                                     "a"));
}
