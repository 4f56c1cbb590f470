#define CAF_SUITE json_writer

#include "runtime/base/random.hpp"
#include "runtime/function/codec.hpp"
#include "runtime/function/json.hpp"

#include <caf/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace troupe;
using namespace std::string_literals;

namespace {

template <class T>
void check_writes(const T& x, std::string_view want) {
  std::string bytes;
  encode(x, bytes);
  auto got = bytes_to_json(type_of<T>(), bytes);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(*got, want);
  auto back = json_to_bytes(type_of<T>(), *got);
  CAF_REQUIRE(back.has_value());
  auto value = decode<T>(*back);
  CAF_CHECK(value.has_value());
  // NaN is not equal to itself, but it is written in one way.
  auto again = bytes_to_json(type_of<T>(), *back);
  CAF_CHECK(again.has_value() && *again == want);
}

} // namespace

CAF_TEST(scalars_are_written_exactly) {
  check_writes(null{}, "null");
  check_writes(false, "false");
  check_writes(std::numeric_limits<int64_t>::min(), "-9223372036854775808");
  check_writes(std::numeric_limits<uint64_t>::max(), "18446744073709551615");
  check_writes(1.0, "1.0");
  check_writes(-0.0, "-0.0");
  check_writes(0.1, "0.1");
  check_writes(1e300, "1e+300");
  check_writes(5e-324, "5e-324");
  check_writes(std::nan(""), "\"NaN\"");
  check_writes(std::numeric_limits<double>::infinity(), "\"Infinity\"");
  check_writes(-std::numeric_limits<double>::infinity(), "\"-Infinity\"");
}

CAF_TEST(text_is_escaped_and_loses_no_byte) {
  check_writes("a\"\\\n\t\r\b\f\x01\x7F"s,
               "\"a\\\"\\\\\\n\\t\\r\\b\\f\\u0001\\u007f\"");
  check_writes("\xC3\xA9 \xF0\x9F\x98\x80"s, "\"\xC3\xA9 \xF0\x9F\x98\x80\"");
  check_writes("x\xFF\xC3"s, R"("x\udcff\udcc3")");
  check_writes("\xED\xA0\x80"s, R"("\udced\udca0\udc80")"); // A surrogate.
  check_writes("\xC0\x80"s, R"("\udcc0\udc80")");           // Overlong.
  check_writes(std::vector<char>{'o', 'k'}, "\"ok\"");
}

CAF_TEST(what_could_drive_a_terminal_is_escaped) {
  check_writes("\xC2\x80\xC2\x9Bm\xC2\x9F\xC2\xA0"s,
               "\"\\u0080\\u009bm\\u009f\xC2\xA0\"");
  check_writes("\xE2\x80\xAA\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9"s,
               R"("\u202a\u202e\u2066\u2069")");
  check_writes("\xD8\x9C\xE2\x80\x8E\xE2\x80\xA8"s, R"("\u061c\u200e\u2028")");
}

CAF_TEST(containers_are_written) {
  check_writes(std::vector<int>{1, 2}, "[1,2]");
  check_writes(std::vector<std::optional<int>>{{}, 3}, "[null,3]");
  check_writes(std::tuple{1, "x"s, true}, R"([1,"x",true])");
  check_writes(std::map<int, int>{{-2, 1}, {-1, 2}, {1, 3}},
               "[[-2,1],[-1,2],[1,3]]");
  check_writes(value{"list<int>", "\1\4"}, "[2]");
}

CAF_TEST(structs_are_objects) {
  std::string bytes;
  encode(std::tuple{1, std::optional<bool>{}}, bytes);
  auto got = bytes_to_json("{a:int,b:optional<bool>}", bytes);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(*got, R"({"a":1,"b":null})");
}

CAF_TEST(keys_are_sorted_by_their_bytes) {
  std::string bytes;
  write_varint(4, bytes);
  for (auto key : {"b"s, "a\xFF"s, "B"s, "a"s}) {
    encode(key, bytes);
    encode(1, bytes);
  }
  auto got = bytes_to_json("map<string,int>", bytes);
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(*got, R"({"B":1,"a":1,"a\udcff":1,"b":1})");
}

CAF_TEST(bytes_that_are_no_such_value_are_refused) {
  struct row {
    const char* type;
    std::string bytes;
    const char* want;
  };
  const row rows[] = {
    {"int", "", "the bytes end too early"},
    {"int", "\2\2", "1 bytes too many"},
    {"bool", "\2", "expected 0 or 1"},
    {"list<null>", "\xFF\xFF\xFF\x7F", "elements are announced"},
    {"map<string,int>", "\2\1a\2\1a\4", "a key of a map appears twice"},
    {"any", "\1x", "`x` is not a type"},
  };
  for (const auto& [type, bytes, want] : rows) {
    auto got = bytes_to_json(type, bytes);
    CAF_REQUIRE(!got.has_value());
    CAF_MESSAGE(got.error().text);
    CAF_CHECK(got.error().code == errc::bad_input);
    CAF_CHECK(got.error().text.find(want) != std::string::npos);
  }
}

CAF_TEST(every_byte_string_survives_the_way_through_json) {
  auto random = make_seeded_random(3);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto size = random->next() % 12; size > 0; --size)
      text += static_cast<char>(random->next() % 4 == 0
                                  ? random->next()
                                  : 0x80 + random->next() % 0x80);
    std::string json;
    append_json_string(text, json);
    auto back = json_to_bytes("string", json);
    CAF_REQUIRE(back.has_value());
    CAF_REQUIRE(*decode<std::string>(*back) == text);
  }
}
