#define CAF_SUITE printable_text

#include "nodes/shell/printable_text.hpp"
#include "tests/nodes/shell/captured.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

CAF_TEST(nothing_that_is_printed_steers_a_terminal) {
  struct row {
    const char* text;
    const char* want;
  };
  const row rows[] = {
    {"", ""},
    {"a\tb\nc\n", "a\tb\nc\n"},
    {"a\\b \\x1b", "a\\b \\x1b"}, // Escaped already.
    {"\x1b[31mred\x07\r", "\\x1b[31mred\\x07\\r"},
    {"\xc2\x9b\xff \u00e9", "\\u009b\\xff \u00e9"},
  };
  for (const auto& [text, want] : rows) {
    auto got = printable_text(text);
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(sentences_are_printable) {
  captured err;
  write_sentence(err.descriptor(), "the peer says \x1b]0;x\x07");
  CAF_CHECK_EQUAL(err.text(), "troupe: the peer says \\x1b]0;x\\x07\n");
}
