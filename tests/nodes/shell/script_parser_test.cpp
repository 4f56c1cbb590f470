#define CAF_SUITE script_parser

#include "nodes/shell/script_parser.hpp"

#include <caf/test/unit_test.hpp>

#include <array>
#include <random>

using namespace troupe::shell;

namespace {

using kind = statement::kind;

/// Shows which statements are within which.
std::string shown(const std::vector<statement>& all) {
  static constexpr std::array names = {"command", "assign", "assert", "repeat",
                                       "for",     "if",     "break",  "source",
                                       "set",     "print",  "exit",   "sleep"};
  std::string out;
  for (const auto& item : all) {
    out += out.empty() ? "" : " ";
    out += names[static_cast<size_t>(item.what)] + std::to_string(item.line);
    if (!item.body.empty())
      out += "{" + shown(item.body) + "}";
    if (!item.otherwise.empty())
      out += "else{" + shown(item.otherwise) + "}";
  }
  return out;
}

std::string shown(std::string_view text) {
  auto parsed = parse_script(text);
  if (!parsed)
    return std::to_string(parsed.error().line) + ": " + parsed.error().text
           + (parsed.error().incomplete ? " ..." : "");
  return shown(*parsed);
}

} // namespace

CAF_TEST(statements_are_told_apart) {
  const std::pair<const char*, const char*> rows[] = {
    {"", ""},
    {"jobs; nodes\nwait 3", "command1 command1 command2"},
    {"x = 3\ny = submit noop\nwait = for", "assign1 assign2 assign3"},
    {"assert $x == 3; assert ok; assert code < 3", "assert1 assert1 assert1"},
    {"repeat 3\njobs\nend", "repeat1{command2}"},
    {"for x in 0..3\nrepeat 2; break; end\nend", "for1{repeat2{break2}}"},
    {"if ok\njobs\nelse\nnodes\nend", "if1{command2}else{command4}"},
    {"if $a contains b c; end", "if1"},
    {"source a; set echo on; print; exit; exit 3; sleep 1s",
     "source1 set1 print1 exit1 exit1 sleep1"},
    {"'assert' a", "1: a statement begins with a command, or with NAME = to "
                   "set a variable"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = shown(std::string_view{text});
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(what_is_wrong_is_said_with_its_line) {
  const std::pair<const char*, const char*> rows[] = {
    {"jobs\nend", "2: there is no block that this end belongs to"},
    {"else", "1: there is no block that this else belongs to"},
    {"\nrepeat 3\njobs", "2: the end of this repeat is missing ..."},
    {"if ok\njobs\nelse", "1: the end of this if is missing ..."},
    {"repeat 3\nelse\nend", "2: repeat has no else"},
    {"if ok\nelse\nelse\nend", "3: if has no else"},
    {"if ok; else if failed; end; end",
     "1: else stands alone; put an if of its own into it"},
    {"repeat 2; end now", "1: end stands alone"},
    {"break", "1: there is no loop that this break could leave"},
    {"if ok; break; end", "1: there is no loop that this break could leave"},
    {"x=3", "1: blanks are missing around the = of \"x=3\""},
    {"x =", "1: x = needs a value; write x = '' for an empty one"},
    {"$x y", "1: a statement begins with a command, or with NAME = to set a "
             "variable"},
    {"assert", "1: a condition is ok, failed, or A OP B, where OP is one of "
               "== != < <= > >= contains"},
    {"assert a ==", "1: a condition is ok, failed, or A OP B, where OP is one "
                    "of == != < <= > >= contains"},
    {"for x a b; end", "1: for needs a name and values, as in for x in 0..10 "
                       "or for x in a b c"},
    {"repeat; end", "1: repeat needs how often, as in repeat 3"},
    {"x = $(jobs)", "1: $(...) is for `for` only; write NAME = COMMAND... "
                    "first and then $NAME"},
    {"source", "1: source needs one file"},
    {"sleep 1 s", "1: sleep needs one time, as in 500ms"},
    {"set echo", "1: set needs a name and a value, as in set echo on"},
    {"exit 1 2", "1: exit takes one exit code, or nothing"},
  };
  for (const auto& [text, want] : rows) {
    CAF_MESSAGE(text);
    auto got = shown(std::string_view{text});
    CAF_CHECK_EQUAL(got, want);
  }
}

CAF_TEST(names_that_mean_something_else_are_refused) {
  for (auto name : {"last", "code", "1", "a-b", "a.b", "$x", ""})
    CAF_CHECK(!is_variable_name(name));
  for (auto name : {"x", "_", "job", "A1_b"})
    CAF_CHECK(is_variable_name(name));
  auto why = shown(std::string_view{"last = 3"});
  CAF_CHECK(why.starts_with("1: \"last\" is no name for a variable"));
}

CAF_TEST(blocks_within_each_other_are_bounded) {
  auto nested = [](size_t depth) {
    std::string text;
    for (size_t i = 0; i < depth; ++i)
      text += "repeat 1\n";
    for (size_t i = 0; i < depth; ++i)
      text += "end\n";
    return text;
  };
  CAF_CHECK(parse_script(nested(script_blocks_max)));
  auto why = shown(nested(script_blocks_max + 1));
  CAF_CHECK(why.find("more than 32 blocks") != std::string::npos);
  // Far too deep must not need a deep stack.
  CAF_CHECK(!parse_script(nested(70'000)));
}

CAF_TEST(conditions_know_whether_they_ask_for_the_last_command) {
  auto asks = [](std::string_view text) {
    auto parsed = parse_script(text);
    return parsed && parsed->front().condition.about_last_command();
  };
  for (auto text : {"assert ok", "assert failed", "assert code == 3",
                    "assert 3 == $code", "assert \"x${code}\" == x3"})
    CAF_CHECK(asks(text));
  for (auto text : {"assert $last == 3", "assert a == code", "assert $x == 1"})
    CAF_CHECK(!asks(text));
}

CAF_TEST(random_texts_do_no_harm) {
  const std::vector<std::string> pieces = {
    "a",  " ",  "\n", ";",   "'",      "\"",    "\\", "$",    "${",   "}",
    "$(", ")",  "=",  " = ", "repeat", "for x", "in", "if ",  "else", "end",
    "#",  "..", "==", "ok",  "assert", ".b",    "1",  "\xff", "\t",   "exit"};
  std::mt19937 random{5};
  std::uniform_int_distribution<size_t> pick{0, pieces.size() - 1};
  std::uniform_int_distribution<size_t> length{0, 30};
  size_t fine = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (auto left = length(random); left > 0; --left)
      text += pieces[pick(random)];
    auto parsed = parse_script(text);
    fine += parsed ? 1 : 0;
    if (!parsed && (parsed.error().text.empty() || parsed.error().line == 0))
      CAF_FAIL("no sentence for " << text);
  }
  CAF_CHECK(fine > 1'000 && fine < 99'000); // Both ways are tried.
}
