#define CAF_SUITE json_text

#include "runtime/function/json_text.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::string_literals;

CAF_TEST(strings_are_unescaped) {
  struct row {
    std::string text;
    std::string want;
  };
  const row rows[] = {
    {R"("")", ""},
    {R"(" plain ")", " plain "},
    {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
    {R"("\u0041\u00e9\u20AC")", "A\xC3\xA9\xE2\x82\xAC"},
    {R"("\ud83d\ude00")", "\xF0\x9F\x98\x80"},
    {R"("\u0000")", "\0"s},
    {R"("\udc80\udcff")", "\x80\xFF"},
    {R"("\udcc3\udca9")", "\xC3\xA9"},
    {R"("\ud83d\udc80")", "\xF0\x9F\x92\x80"}, // A pair, not a byte.
    {"\"\xF0\x9F\x98\x80 \x7F\"", "\xF0\x9F\x98\x80 \x7F"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    json_text in{text};
    std::string got;
    CAF_REQUIRE(in.string(got));
    CAF_CHECK(in.finish());
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(broken_strings_are_refused_with_their_place) {
  struct row {
    std::string text;
    const char* want;
  };
  const row rows[] = {
    {"\"abc", "a string has no end (at byte 4 of 4)"},
    {"\"\\", "a string has no end"},
    {"\"\\u12", "a string has no end"},
    {"\"\\u12x4\"", "four hexadecimal digits (at byte 5"},
    {"\"\\x\"", "an unknown escape (at byte 2"},
    {"\"a\nb\"", "a control character must be escaped (at byte 2"},
    {"\"\x80\"", "a byte is not UTF-8"},
    {"\"\xC3\"", "a byte is not UTF-8"},
    {"\"\xED\xA0\x80\"", "a byte is not UTF-8"},
    {R"("\ud800")", "a lone surrogate"},
    {R"("\ud800\ud800")", "a lone surrogate"},
    {R"("\ud800\u0041")", "a lone surrogate"},
    {R"("\udc7f")", "a lone surrogate"},
    {R"("\udd00")", "a lone surrogate"},
    {"x", "expected a string"},
  };
  for (const auto& [text, want] : rows) {
    json_text in{text};
    std::string got;
    CAF_CHECK(!in.string(got));
    CAF_MESSAGE(in.problem().text);
    CAF_CHECK(in.problem().code == errc::bad_json);
    CAF_CHECK(in.problem().text.find(want) != std::string::npos);
  }
}

CAF_TEST(numbers_follow_the_grammar) {
  for (std::string text : {"0", "-0", "12", "-1.5", "1e5", "1E+05", "0.10e-7",
                           "123456789012345"}) {
    CAF_MESSAGE(text);
    json_text in{text};
    std::string_view got;
    CAF_CHECK(in.number(got));
    CAF_CHECK(in.finish());
    CAF_CHECK_EQUAL(got, text);
  }
  for (std::string text : {"", "-", "01", "-01", "1.", ".5", "+1", "1e", "1e+",
                           "0x10", "1.e5", "--1", "Infinity", "NaN"}) {
    CAF_MESSAGE(text);
    json_text in{text};
    std::string_view got;
    CAF_CHECK(!(in.number(got) && in.finish()));
  }
}

CAF_TEST(white_space_is_skipped_and_nothing_else) {
  json_text in{" \t\r\n[ 1 , true ] \n"};
  std::string_view got;
  CAF_CHECK(in.take('['));
  CAF_CHECK_EQUAL(in.peek(), '1');
  CAF_CHECK(in.number(got));
  CAF_CHECK(in.want(',', "','"));
  CAF_CHECK(in.word(got));
  CAF_CHECK_EQUAL(got, "true");
  CAF_CHECK(!in.take('}'));
  CAF_CHECK(in.take(']'));
  CAF_CHECK(in.finish());
  json_text other{"\v1"};
  CAF_CHECK(!other.number(got));
}
