#define CAF_SUITE screen_layout

#include "nodes/shell/screen_layout.hpp"

#include <caf/test/unit_test.hpp>

#include <clocale>

using namespace troupe::shell;

CAF_TEST(colors_take_no_room) {
  CAF_CHECK(visible_part(L"\1\033[32m\1ab\1\033[0m\1> ") == L"ab> ");
  CAF_CHECK(visible_part(L"ab> ") == L"ab> ");
}

CAF_TEST(rows_are_counted_from_the_prompt) {
  const auto* locale = std::setlocale(LC_CTYPE, "C.UTF-8");
  CAF_REQUIRE(locale != nullptr);
  struct row {
    const wchar_t* prompt;
    std::wstring before;
    size_t want;
  };
  const row rows[] = {
    {L"> ", L"", 0},
    {L"> ", std::wstring(7, L'x'), 0},
    {L"> ", std::wstring(8, L'x'), 1}, // libedit moves on at once.
    {L"\1\033[32m\1> ", std::wstring(7, L'x'), 0},
    {L"> ", std::wstring(18, L'x'), 2},
    {L"> ", L"\tx", 0},
    {L"> ", L"\t\t", 1},
    {L"> ", L"abc\ndef", 1},
    {L"> ", L"\x03\x03\x03\x03", 1},
    {L"> ", std::wstring(3, L'\u6f22'), 0},
    {L"> ", std::wstring(4, L'\u6f22'), 1},
    {L">", std::wstring(5, L'\u6f22'), 1}, // The fifth has no room.
    {L"> ", L"a\U0001F600b", 0},
    {L"> ", {wchar_t{0xDC80}}, 0},
    {L"> ", {wchar_t{0xDC80}, L'x'}, 1},
  };
  for (const auto& [prompt, before, want] : rows)
    CAF_CHECK_EQUAL(cursor_row(prompt, before, 10), want);
  CAF_CHECK_EQUAL(cursor_row(L"> ", L"x", 0),
                  3u); // No terminal is that narrow.
}
