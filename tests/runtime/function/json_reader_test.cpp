#define CAF_SUITE json_reader

#include "runtime/function/codec.hpp"
#include "runtime/function/json.hpp"
#include "runtime/function/type_description.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace troupe;
using namespace std::string_literals;

namespace {

/// The JSON text must give the same bytes as the C++ value.
template <class T>
void check_reads(const std::string& text, const T& want) {
  CAF_MESSAGE(text);
  std::string bytes;
  encode(want, bytes);
  auto got = json_to_bytes(type_of<T>(), text);
  if (!got)
    CAF_MESSAGE(got.error().text);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == bytes);
}

void check_refused(const char* type, const std::string& text, errc code,
                   const char* want) {
  auto got = json_to_bytes(type, text);
  CAF_REQUIRE(!got.has_value());
  CAF_MESSAGE(got.error().text);
  CAF_CHECK(got.error().code == code);
  CAF_CHECK(got.error().text.find(want) != std::string::npos);
}

template <class T>
value as_value(const T& x) {
  value out{type_of<T>(), {}};
  encode(x, out.bytes);
  return out;
}

} // namespace

CAF_TEST(scalars_are_exact) {
  check_reads("null", null{});
  check_reads("true", true);
  check_reads("-9223372036854775808", std::numeric_limits<int64_t>::min());
  check_reads("9223372036854775807", std::numeric_limits<int64_t>::max());
  check_reads("18446744073709551615", std::numeric_limits<uint64_t>::max());
  check_reads("-0", int64_t{0});
  check_reads("0.1", 0.1);
  check_reads("5", 5.0);
  check_reads("1e308", 1e308);
  check_reads("\"Infinity\"", std::numeric_limits<double>::infinity());
  check_reads("\"-Infinity\"", -std::numeric_limits<double>::infinity());
  check_reads(R"("x\udc80")", "x\x80"s);
  check_reads(R"("x\udc80")", std::vector<char>{'x', '\x80'});
  auto nan = json_to_bytes("float", "\"NaN\"");
  CAF_REQUIRE(nan.has_value());
  auto number = decode<double>(*nan);
  CAF_CHECK(number && std::isnan(*number));
}

CAF_TEST(containers_are_read) {
  check_reads("[]", std::vector<int>{});
  check_reads(" [ 1 , 2 ] ", std::vector<int>{1, 2});
  check_reads(R"([[1,"a"],[2,"b"]])",
              std::vector<std::tuple<int, std::string>>{{1, "a"}, {2, "b"}});
  check_reads(R"({"a":1,"b":2})",
              std::map<std::string, int>{{"a", 1}, {"b", 2}});
  check_reads("[[1,true],[2,false]]",
              std::map<int, bool>{{1, true}, {2, false}});
  check_reads("[null,5]", std::vector<std::optional<int>>{{}, 5});
}

CAF_TEST(structs_take_fields_in_any_order_and_fill_in_optional_ones) {
  auto type = "{a:int,b:optional<string>,c:list<int>}";
  auto got = json_to_bytes(type, R"({"c":[1],"a":-1})");
  std::string want;
  encode(std::tuple{-1, std::optional<std::string>{}, std::vector<int>{1}},
         want);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK(*got == want);
}

CAF_TEST(any_takes_its_type_from_the_shape) {
  check_reads("null", as_value(null{}));
  check_reads("true", as_value(true));
  check_reads("-5", as_value(int64_t{-5}));
  check_reads("9223372036854775808", as_value(uint64_t{1} << 63));
  check_reads("18446744073709551616", as_value(18446744073709551616.0));
  check_reads("1.0", as_value(1.0));
  check_reads("1e2", as_value(100.0));
  check_reads("\"x\"", as_value("x"s));
  check_reads("[]", as_value(std::vector<value>{}));
  check_reads("[1,\"x\",[null]]",
              as_value(std::vector<value>{
                as_value(int64_t{1}), as_value("x"s),
                as_value(std::vector<value>{as_value(null{})})}));
  check_reads(R"({"k":1})", as_value(std::map<std::string, value>{
                              {"k", as_value(int64_t{1})}}));
}

CAF_TEST(values_of_a_wrong_type_are_named_with_their_path) {
  struct row {
    const char* type;
    std::string text;
    const char* want;
  };
  const row rows[] = {
    {"int", "\"x\"", "expected int, got string \"x\""},
    {"int", "5.0", "expected int, got 5.0"},
    {"int", "9223372036854775808", "expected int, got 9223372036854775808"},
    {"uint", "-5", "expected uint, got -5"},
    {"int", "[1]", "expected int, got an array"},
    {"bool", "null", "expected bool, got null"},
    {"null", "0", "expected null, got 0"},
    {"string", "{}", "expected string, got an object"},
    {"float", "\"inf\"", "expected float, got string \"inf\""},
    {"float", "1e999", "got 1e999, which is out of range"},
    {"list<int>", "{}", "expected list<int>, got an object"},
    {"list<{name:int}>", R"([{"name":1},{"name":2},{"name":"x"}])",
     "at [2].name: expected int, got string \"x\""},
    {"{a:{b:list<int>}}", R"({"a":{"b":[0,true]}})",
     "at a.b[1]: expected int, got true"},
    {"map<string,int>", R"({"k":"v"})", "at k: expected int"},
    {"map<int,int>", "[[1,2],[3,\"x\"]]", "at [1][1]: expected int"},
    {"map<int,int>", "[5]", "at [0]: expected a pair, got 5"},
    {"map<int,int>", "[[1,2],[1,3]]", "at [1]: a key appears twice"},
    {"map<string,int>", R"({"k":1,"k":2})", "the key \"k\" appears twice"},
    {"tuple<int,int>", "[1]", "expected 2 elements, got 1"},
    {"tuple<int,int>", "[1,2,3]", "expected 2 elements, got more"},
    {"tuple<int,int>", "[]", "expected 2 elements, got 0"},
    {"{width:int}", R"({"widht":1})",
     "there is no field \"widht\"; did you mean \"width\"?"},
    {"{a:int,b:float}", R"({"a":1})",
     "the field \"b\" of type float is missing"},
    {"{a:int}", R"({"a":1,"a":2})", "the field \"a\" appears twice"},
    {"any", "1e999", "the number 1e999 is out of range"},
  };
  for (const auto& [type, text, want] : rows)
    check_refused(type, text, errc::bad_input, want);
}

CAF_TEST(what_is_no_json_is_refused_as_such) {
  struct row {
    const char* type;
    std::string text;
    const char* want;
  };
  const row rows[] = {
    {"any", "", "the text ends too early"},
    {"any", "nul", "expected a value"},
    {"int", "", "the text ends too early"},
    {"int", "1 2", "there is more behind the value (at byte 2 of 3)"},
    {"list<int>", "[1,]", "expected a value"},
    {"list<int>", "[1", "expected ',' or ']'"},
    {"any", "[1 2]", "expected ',' or ']'"},
    {"any", "{\"a\" 1}", "expected ':'"},
    {"any", "{a:1}", "expected a string"},
    {"any", "{\"a\":1,}", "expected a string"},
    {"string", "\"\xFF\"", "a byte is not UTF-8"},
    {"any", "[1}", "expected ',' or ']'"},
  };
  for (const auto& [type, text, want] : rows)
    check_refused(type, text, errc::bad_json, want);
  check_refused("number", "1", errc::type_mismatch, "is not a type");
}

CAF_TEST(depth_is_bounded) {
  auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  auto deepest = json_to_bytes("any", nested(nesting_max));
  CAF_REQUIRE(deepest.has_value());
  CAF_CHECK(validate("any", *deepest).has_value());
  check_refused("any", nested(nesting_max + 2), errc::bad_input,
                "nest more than 64 deep");
  check_refused("any", std::string(1'000'000, '['), errc::bad_input,
                "nest more than 64 deep");
}

CAF_TEST(no_prefix_of_a_document_is_taken_for_a_document) {
  const auto text = R"([{"a":[1,2.5,"x\n\ud83d\ude00"],"b":null},true,{}])"s;
  CAF_CHECK(json_to_bytes("any", text).has_value());
  for (size_t size = 0; size < text.size(); ++size)
    CAF_CHECK(!json_to_bytes("any", text.substr(0, size)).has_value());
}
