#define CAF_SUITE wide_text

#include "nodes/shell/wide_text.hpp"

#include <caf/test/unit_test.hpp>

#include <random>

using namespace troupe::shell;

CAF_TEST(characters_of_every_length_are_one_wide_character) {
  CAF_CHECK(widen("aö€😀") == L"a\u00f6\u20ac\U0001F600");
  CAF_CHECK(narrow(L"a\u00f6\u20ac\U0001F600") == "aö€😀");
  CAF_CHECK(widen("").empty());
}

CAF_TEST(bytes_that_are_not_utf8_stay_what_they_are) {
  CAF_CHECK(widen("a\xff") == std::wstring({L'a', wchar_t{0xDCFF}}));
  // Half of a sequence, and a surrogate, which is none of UTF-8.
  for (std::string text : {"\xe2\x82", "\xed\xb2\x80", "\xc0\x80"})
    CAF_CHECK(narrow(widen(text)) == text);
}

CAF_TEST(any_bytes_come_back) {
  std::mt19937 random{7};
  std::uniform_int_distribution<int> byte{0, 255};
  std::uniform_int_distribution<int> length{0, 40};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto rest = length(random); rest > 0; --rest)
      text += static_cast<char>(byte(random));
    CAF_REQUIRE(narrow(widen(text)) == text);
  }
}
