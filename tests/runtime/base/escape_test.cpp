#define CAF_SUITE escape

#include "runtime/base/escape.hpp"
#include "runtime/base/random.hpp"

#include <caf/test/unit_test.hpp>

#include <nlohmann/json.hpp>

using namespace troupe;

CAF_TEST(well_formed_utf8_is_told_from_the_rest) {
  struct row {
    const char* what;
    std::string_view text;
    size_t want;
  };
  const row rows[] = {
    {"nothing", "", 0},
    {"ASCII", "ab", 1},
    {"two bytes", "\xC3\xA4x", 2},
    {"three bytes", "\xE2\x82\xAC", 3},
    {"four bytes", "\xF0\x9F\x98\x80", 4},
    {"the last code point", "\xF4\x8F\xBF\xBF", 4},
    {"beyond the last", "\xF4\x90\x80\x80", 0},
    {"a continuation first", "\x80", 0},
    {"cut short", "\xE2\x82", 0},
    {"overlong, two bytes", "\xC0\x80", 0},
    {"overlong, three bytes", "\xE0\x80\x80", 0},
    {"overlong, four bytes", "\xF0\x80\x80\x80", 0},
    {"a surrogate", "\xED\xA0\x80", 0},
    {"a wrong continuation", "\xE2\x28\xA1", 0},
    {"no such first byte", "\xFF", 0},
  };
  for (const auto& [what, text, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(utf8_length(text), want);
  }
  CAF_CHECK(is_utf8(""));
  CAF_CHECK(is_utf8("gr\xC3\xBC\xC3\x9F dich"));
  CAF_CHECK(!is_utf8("gr\xFC\xDF dich"));
}

CAF_TEST(texts_are_escaped_for_terminals_and_json) {
  struct row {
    const char* what;
    std::string_view text;
    std::string shown;
    std::string json;
  };
  const row rows[] = {
    {"plain", "a b", "a b", "\"a b\""},
    {"nothing", "", "", "\"\""},
    {"a letter beyond ASCII", "\xC3\xA4", "\xC3\xA4", "\"\xC3\xA4\""},
    {"a line feed", "a\nb", "a\\nb", "\"a\\nb\""},
    {"a carriage return", "a\rb", "a\\rb", "\"a\\rb\""},
    {"a tab", "a\tb", "a\\tb", "\"a\\tb\""},
    {"a backslash", "a\\nb", "a\\\\nb", "\"a\\\\nb\""},
    {"a quote", "a\"b", "a\"b", "\"a\\\"b\""},
    {"an escape code", "\x1B[2J", "\\x1b[2J", "\"\\u001b[2J\""},
    {"delete", "\x7F", "\\x7f", "\"\\u007f\""},
    {"a NUL byte", {"a\0b", 3}, "a\\x00b", "\"a\\u0000b\""},
    {"a C1 control", "\xC2\x9B", "\\u009b", "\"\\u009b\""},
    {"right to left", "\xE2\x80\xAE", "\\u202e", "\"\\u202e\""},
    {"a line separator", "\xE2\x80\xA8", "\\u2028", "\"\\u2028\""},
    {"not UTF-8", "a\xFF", "a\\xff", "\"a\\\\xff\""},
    {"cut short", "\xE2\x82", "\\xe2\\x82", "\"\\\\xe2\\\\x82\""},
  };
  for (const auto& [what, text, shown, json] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(escape_text(text), shown);
    CAF_CHECK_EQUAL(quote_json(text), json);
  }
}

CAF_TEST(long_texts_are_cut_between_characters) {
  CAF_CHECK_EQUAL(quote_text("a\nb"), "\"a\\nb\"");
  const std::string most(120, 'x');
  CAF_CHECK_EQUAL(quote_text(most), '"' + most + '"');
  CAF_CHECK_EQUAL(quote_text(most + "x"), '"' + most + "...\"");
  const std::string before(119, 'x');
  CAF_CHECK_EQUAL(quote_text(before + "\xE2\x82\xAC"), '"' + before + "...\"");
}

CAF_TEST(random_bytes_become_one_line_and_valid_json) {
  auto random = make_seeded_random(7402);
  for (int i = 0; i < 2'000; ++i) {
    std::string text;
    for (auto n = random->next() % 40; n > 0; --n)
      text += static_cast<char>(random->next());
    auto shown = escape_text(text);
    CAF_CHECK(is_utf8(shown));
    CAF_CHECK(shown.find_first_of("\n\r\x1B") == std::string::npos);
    auto json = nlohmann::json::parse(quote_json(text), nullptr, false);
    CAF_CHECK(json.is_string());
    if (is_utf8(text))
      CAF_CHECK_EQUAL(json.get<std::string>(), text);
  }
}
