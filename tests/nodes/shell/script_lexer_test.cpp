#define CAF_SUITE script_lexer

#include "nodes/shell/script_lexer.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::shell;

namespace {

/// Shows words so that everything about them can be compared: variables as
/// <name|fields>, statements between /.
std::string shown(const script_word& word) {
  std::string out = word.quoted ? "'" : "";
  for (const auto& part : word.parts)
    out +=
      part.variable ? "<" + part.text + "|" + part.fields + ">" : part.text;
  for (const auto& inner : word.command)
    out += "(" + shown(inner) + ")";
  return out;
}

std::string shown(std::string_view text) {
  auto lines = split_script(text);
  if (!lines)
    return std::to_string(lines.error().line) + ": " + lines.error().text
           + (lines.error().incomplete ? " ..." : "");
  std::string out;
  for (const auto& line : *lines) {
    out += std::to_string(line.line) + ":";
    for (const auto& word : line.words)
      out += " " + shown(word);
    out += "/";
  }
  return out;
}

} // namespace

CAF_TEST(texts_become_words) {
  struct row {
    const char* text;
    const char* want;
  };
  const row rows[] = {
    {"", ""},
    {"  \t\r\n\n;;", ""},
    {"jobs", "1: jobs/"},
    {"a b;c # no\n d#e", "1: a b/1: c/2: d#e/"},
    {"a 'b $c \"' \"d 'e\"", "1: a 'b $c \" 'd 'e/"},
    {"a''b '' \"\"", "1: 'ab ' '/"},
    {R"(a\ b \$c \# "\$d \" \\ \n")", R"(1: 'a b '$c '# '$d " \ \n/)"},
    {"a \\\n b\nc", "1: a b/3: c/"},
    {"a 'x\ny'\nb", "1: a 'x\ny/3: b/"},
    {"$a ${b}c $d.e.0 $f. ${g.h}", "1: <a|> <b|>c <d|.e.0> <f|>. <g|.h>/"},
    {"$a..$b 0..3", "1: <a|>..<b|> 0..3/"},
    {"\"x $a.b\" $ $- a$", "1: 'x <a|.b> $ $- a$/"},
    {"$1 $12 ${3}4", "1: <1|> <1|>2 <3|>4/"},
    {"for x in $(jobs --state 'a b') c",
     "1: for x in (jobs)(--state)('a b) c/"},
    {"for x in $(jobs\n a)", "1: for x in (jobs)(a)/"},
    {"a(b) c)", "1: a(b) c)/"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = shown(text);
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(what_is_not_closed_is_incomplete) {
  const std::pair<const char*, const char*> rows[] = {
    {"a\n'b", "2: a ' is not closed ..."},
    {"a \"b", "1: a \" is not closed ..."},
    {"a \"b $c", "1: a \" is not closed ..."},
    {"a \\", "1: nothing follows the \\ at the end ..."},
    {"a \\\n", "1: nothing follows the \\ at the end ..."},
    {"a ${b", "1: a ${ is not closed ..."},
    {"for x in $(a b", "1: the $( is not closed ..."},
    {"a ${b c}", "1: ${NAME} holds a name and fields like .state only"},
    {"a ${}", "1: ${ needs the name of a variable"},
    {"a$(b)", "1: $(...) stands alone; write \\$ for the text"},
    {"\"$(b)\"", "1: $(...) stands alone; write \\$ for the text"},
    {"for x in $()", "1: the $() has no command"},
    {"for x in $(a; b)", "1: there is no place for ; within $(...)"},
    {"for x in $(a $(b))", "1: there is no place for $( within $(...)"},
    {"for x in $(a)b", "1: a blank is missing behind the ) of $(...)"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = shown(std::string_view{text});
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(what_is_no_text_is_refused) {
  auto zero = shown(std::string_view{"a\0b", 3});
  CAF_CHECK_EQUAL(zero, "1: the script has a byte 0, so it is no text");
  auto large = shown(std::string(script_bytes_max + 1, 'a'));
  CAF_CHECK_EQUAL(large, "1: the script is longer than 1024 KiB");
}
