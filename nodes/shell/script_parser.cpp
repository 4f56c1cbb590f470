#include "nodes/shell/script_parser.hpp"

#include "nodes/shell/script_lexer.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace troupe::shell {

namespace {

using words = std::vector<script_word>;
using kind = statement::kind;

constexpr std::array<std::string_view, 7> operators = {
  "==", "!=", "<", "<=", ">", ">=", "contains"};

tl::unexpected<script_error> refuse_line(const script_line& at,
                                         std::string why) {
  return tl::unexpected{script_error{at.line, std::move(why), false}};
}

bool is_operator(const script_word& word) {
  return std::any_of(operators.begin(), operators.end(),
                     [&](auto op) { return word.is(op); });
}

/// Returns all words but the first ones.
words rest(const words& all, size_t from) {
  auto skipped = static_cast<std::ptrdiff_t>(std::min(from, all.size()));
  return {all.begin() + skipped, all.end()};
}

/// Returns what stands before the = of an assignment.
std::string_view before_equals(std::string_view text) {
  text = text.substr(0, text.find('='));
  auto last = text.find_last_not_of(" \t");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

class parser {
public:
  explicit parser(std::vector<script_line> lines) : lines_(std::move(lines)) {
    // nop
  }

  tl::expected<std::vector<statement>, script_error> run() {
    auto all = block();
    if (all && at_ < lines_.size())
      return refuse_line(lines_[at_],
                         fmt::format("there is no block that this {} belongs "
                                     "to",
                                     lines_[at_].words.front().plain()));
    return all;
  }

private:
  using parsed = tl::expected<statement, script_error>;

  bool at_block_end() const {
    return at_ >= lines_.size() || lines_[at_].words.front().is("end")
           || lines_[at_].words.front().is("else");
  }

  /// Takes statements up to an `end` or `else`, which stays.
  tl::expected<std::vector<statement>, script_error> block() {
    std::vector<statement> out;
    while (!at_block_end()) {
      auto next = one();
      if (!next)
        return tl::unexpected{std::move(next.error())};
      out.push_back(std::move(*next));
    }
    return out;
  }

  parsed one() {
    const auto& line = lines_[at_++];
    statement out;
    out.line = line.line;
    out.text = line.text;
    if (line.words.size() > 1 && line.words[1].is("="))
      return assignment(line, std::move(out));
    struct row {
      std::string_view word;
      kind what;
      parsed (parser::*take)(const script_line&, statement);
    };
    static constexpr row rows[] = {
      {"assert", kind::assert_that, &parser::assertion},
      {"repeat", kind::repeat, &parser::repetition},
      {"for", kind::for_each, &parser::iteration},
      {"if", kind::if_else, &parser::choice},
      {"break", kind::break_loop, &parser::no_word},
      {"source", kind::source, &parser::one_word},
      {"set", kind::set, &parser::setting},
      {"print", kind::print, &parser::any_words},
      {"exit", kind::leave, &parser::perhaps_a_word},
      {"sleep", kind::pause, &parser::one_word},
    };
    for (const auto& item : rows) {
      if (!line.words.front().is(item.word))
        continue;
      out.what = item.what;
      out.words = rest(line.words, 1);
      return (this->*item.take)(line, std::move(out));
    }
    out.words = line.words;
    return command(line, std::move(out));
  }

  // Statements without a block
  // ---------------------------------------------------

  /// Refuses `$(...)`, which `for` alone understands.
  static parsed checked(const script_line& line, statement out) {
    for (const auto& word : out.words)
      if (!word.command.empty())
        return refuse_line(line, "$(...) is for `for` only; write NAME = "
                                 "COMMAND... first and then $NAME");
    return out;
  }

  parsed command(const script_line& line, statement out) {
    const auto& first = out.words.front();
    if (first.plain().empty())
      return refuse_line(line, "a statement begins with a command, or with "
                               "NAME = to set a variable");
    auto plain = first.plain();
    auto equals = plain.find('=');
    if (equals != std::string_view::npos
        && is_variable_name(plain.substr(0, equals)))
      return refuse_line(line, fmt::format("blanks are missing around the = of "
                                           "{}",
                                           quote_text(plain)));
    return checked(line, std::move(out));
  }

  parsed assignment(const script_line& line, statement out) {
    auto name = line.words.front().plain();
    if (!is_variable_name(name))
      return refuse_line(line,
                         fmt::format("{} is no name for a variable: that "
                                     "is letters, digits and _, the "
                                     "first no digit, and neither last "
                                     "nor code",
                                     quote_text(before_equals(line.text))));
    out.what = kind::assign;
    out.name = name;
    out.words = rest(line.words, 2);
    if (out.words.empty())
      return refuse_line(line, fmt::format("{0} = needs a value; write {0} = "
                                           "'' for an empty one",
                                           name));
    return checked(line, std::move(out));
  }

  parsed assertion(const script_line& line, statement out) {
    return condition(line, std::move(out));
  }

  parsed no_word(const script_line& line, statement out) {
    if (!out.words.empty())
      return refuse_line(line, "break stands alone");
    if (loops_ == 0)
      return refuse_line(line, "there is no loop that this break could leave");
    return out;
  }

  parsed one_word(const script_line& line, statement out) {
    if (out.words.size() != 1)
      return refuse_line(
        line,
        fmt::format("{} needs one {}", line.words.front().plain(),
                    out.what == kind::pause ? "time, as in 500ms" : "file"));
    return checked(line, std::move(out));
  }

  parsed perhaps_a_word(const script_line& line, statement out) {
    if (out.words.size() > 1)
      return refuse_line(line, "exit takes one exit code, or nothing");
    return checked(line, std::move(out));
  }

  parsed setting(const script_line& line, statement out) {
    if (out.words.size() != 2)
      return refuse_line(line, "set needs a name and a value, as in set echo "
                               "on");
    return checked(line, std::move(out));
  }

  parsed any_words(const script_line& line, statement out) {
    return checked(line, std::move(out));
  }

  // Conditions
  // -------------------------------------------------------------------

  parsed condition(const script_line& line, statement out) {
    auto checked_words = checked(line, std::move(out));
    if (!checked_words)
      return checked_words;
    out = std::move(*checked_words);
    auto all = std::exchange(out.words, {});
    auto& what = out.condition;
    if (all.size() == 1 && (all[0].is("ok") || all[0].is("failed"))) {
      what.what = all[0].is("ok") ? script_condition::kind::ok
                                  : script_condition::kind::failed;
      return out;
    }
    auto found = std::find_if(all.begin(), all.end(), is_operator);
    if (found == all.begin() || found == all.end() || found + 1 == all.end())
      return refuse_line(line, "a condition is ok, failed, or A OP B, where OP "
                               "is one of == != < <= > >= contains");
    what.op = found->plain();
    what.left.assign(all.begin(), found);
    what.right.assign(found + 1, all.end());
    // `code == 3` is how people say it; the text code is of no use there.
    if (what.left.size() == 1 && what.left[0].is("code"))
      what.left[0].parts = {{"code", "", true, false}};
    return out;
  }

  // Blocks
  // -----------------------------------------------------------------------

  tl::expected<std::vector<statement>, script_error>
  body(const script_line& line) {
    if (++depth_ > script_blocks_max)
      return refuse_line(line, fmt::format("more than {} blocks are within "
                                           "each other",
                                           script_blocks_max));
    auto out = block();
    --depth_;
    if (out && at_ >= lines_.size())
      return tl::unexpected{
        script_error{line.line,
                     fmt::format("the end of this {} is missing",
                                 line.words.front().plain()),
                     true}};
    return out;
  }

  /// Takes the `end` of a block that began at `line`.
  tl::expected<void, script_error> close(const script_line& line) {
    const auto& last = lines_[at_++];
    if (last.words.front().is("else"))
      return refuse_line(
        last, fmt::format("{} has no else", line.words.front().plain()));
    if (last.words.size() > 1)
      return refuse_line(last, "end stands alone");
    return {};
  }

  parsed loop(const script_line& line, statement out) {
    ++loops_;
    auto inner = body(line);
    --loops_;
    if (!inner)
      return tl::unexpected{std::move(inner.error())};
    out.body = std::move(*inner);
    if (auto ok = close(line); !ok)
      return tl::unexpected{std::move(ok.error())};
    return out;
  }

  parsed repetition(const script_line& line, statement out) {
    if (out.words.size() != 1 || !out.words[0].command.empty())
      return refuse_line(line, "repeat needs how often, as in repeat 3");
    return loop(line, std::move(out));
  }

  parsed iteration(const script_line& line, statement out) {
    if (out.words.size() < 3 || !out.words[1].is("in")
        || !is_variable_name(out.words[0].plain()))
      return refuse_line(line, "for needs a name and values, as in for x in "
                               "0..10 or for x in a b c");
    out.name = out.words[0].plain();
    out.words = rest(out.words, 2);
    return loop(line, std::move(out));
  }

  parsed choice(const script_line& line, statement out) {
    auto head = condition(line, std::move(out));
    if (!head)
      return head;
    auto first = body(line);
    if (!first)
      return tl::unexpected{std::move(first.error())};
    head->body = std::move(*first);
    if (lines_[at_].words.front().is("else")) {
      const auto& middle = lines_[at_++];
      if (middle.words.size() > 1)
        return refuse_line(middle, "else stands alone; put an if of its own "
                                   "into it");
      auto second = body(line);
      if (!second)
        return tl::unexpected{std::move(second.error())};
      head->otherwise = std::move(*second);
    }
    if (auto ok = close(line); !ok)
      return tl::unexpected{std::move(ok.error())};
    return head;
  }

  std::vector<script_line> lines_;
  size_t at_ = 0;
  size_t depth_ = 0;
  size_t loops_ = 0;
};

} // namespace

bool script_word::is(std::string_view what) const {
  return !what.empty() && plain() == what;
}

std::string_view script_word::plain() const {
  if (quoted || parts.size() != 1 || parts[0].variable)
    return {};
  return parts[0].text;
}

bool script_condition::about_last_command() const {
  auto is_code = [](const script_word& word) {
    return std::any_of(word.parts.begin(), word.parts.end(), [](auto& part) {
      return part.variable && part.text == "code";
    });
  };
  return what != kind::compare || std::any_of(left.begin(), left.end(), is_code)
         || std::any_of(right.begin(), right.end(), is_code);
}

bool is_variable_name(std::string_view text) {
  auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  auto fine = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && letter(text.front())
         && std::all_of(text.begin(), text.end(), fine) && text != "last"
         && text != "code";
}

const std::vector<std::string>& script_keywords() {
  static const std::vector<std::string> all = {
    "assert", "break", "else",   "end", "exit",  "for",
    "if",     "print", "repeat", "set", "sleep", "source"};
  return all;
}

tl::expected<std::vector<statement>, script_error>
parse_script(std::string_view text) {
  auto lines = split_script(text);
  if (!lines)
    return tl::unexpected{std::move(lines.error())};
  return parser{std::move(*lines)}.run();
}

} // namespace troupe::shell
