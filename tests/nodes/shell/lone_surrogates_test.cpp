#define CAF_SUITE lone_surrogates

#include "nodes/shell/lone_surrogates.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(what_stands_alone_is_replaced_and_nothing_else) {
  struct row {
    const char* json;
    const char* want;
  };
  const row rows[] = {
    {"", ""},
    {R"({"a": "b"})", R"({"a": "b"})"},
    {R"("\udcff")", R"("\ufffd")"},
    {R"("\uDC80\ud800x")", R"("\ufffd\ufffdx")"},
    {R"("\ud83d\ude00")", R"("\ud83d\ude00")"}, // A pair is a character.
    {R"("\ud83d\ud83d\ude00")", R"("\ufffd\ud83d\ude00")"},
    {R"("\\udcff")", R"("\\udcff")"}, // A backslash and a word.
    {R"("\\\udcff\n\u00e9")", R"("\\\ufffd\n\u00e9")"},
    {R"("\udc)", R"("\udc)"},
    {R"("\)", R"("\)"},
  };
  for (const auto& [json, want] : rows) {
    auto got = replace_lone_surrogates(json);
    CAF_CHECK_EQUAL(got, want);
  }
}
