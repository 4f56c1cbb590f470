#include "nodes/shell/script_lexer.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace troupe::shell {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

class lexer {
public:
  explicit lexer(std::string_view text) : text_(text) {
    // nop
  }

  tl::expected<std::vector<script_line>, script_error> run() {
    while (at_ < text_.size() && !error_)
      step();
    if (!error_ && in_command_)
      refuse("the $( is not closed", true);
    if (error_)
      return tl::unexpected{std::move(*error_)};
    end_statement();
    return std::move(lines_);
  }

private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void refuse(std::string why, bool incomplete = false) {
    if (!error_)
      error_ = script_error{word_line_, std::move(why), incomplete};
  }

  /// Takes one word, or what is between two of them.
  void step() {
    auto c = peek();
    word_line_ = line_;
    if (is_blank(c)) {
      ++at_;
    } else if (c == '\n' || c == ';') {
      if (in_command_ && c == ';')
        return refuse("there is no place for ; within $(...)");
      if (!in_command_)
        end_statement();
      line_ += c == '\n' ? 1 : 0;
      ++at_;
    } else if (c == '#') {
      while (at_ < text_.size() && peek() != '\n')
        ++at_;
    } else if (c == '\\' && at_continuation()) {
      skip_continuation();
    } else if (in_command_ && c == ')') {
      close_command();
    } else if (c == '$' && peek(1) == '(') {
      open_command();
    } else {
      take_word();
    }
  }

  bool at_continuation() const {
    return peek() == '\\'
           && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'));
  }

  void skip_continuation() {
    at_ += peek(1) == '\n' ? 2 : 3;
    ++line_;
    if (at_ >= text_.size())
      refuse("nothing follows the \\ at the end", true);
  }

  void begin_statement(size_t at) {
    if (!current_.words.empty())
      return;
    current_.line = word_line_;
    begin_ = at;
  }

  void end_statement() {
    if (current_.words.empty())
      return;
    current_.text = std::string{text_.substr(begin_, end_ - begin_)};
    lines_.push_back(std::exchange(current_, {}));
  }

  void open_command() {
    if (in_command_)
      return refuse("there is no place for $( within $(...)");
    begin_statement(at_);
    current_.words.emplace_back();
    in_command_ = true;
    at_ += 2;
    end_ = at_;
  }

  void close_command() {
    if (current_.words.back().command.empty())
      return refuse("the $() has no command");
    in_command_ = false;
    ++at_;
    end_ = at_;
    auto c = peek();
    if (at_ < text_.size() && !is_blank(c) && c != '\n' && c != ';')
      refuse("a blank is missing behind the ) of $(...)");
  }

  bool at_word_end() const {
    if (at_ >= text_.size())
      return true;
    auto c = peek();
    return is_blank(c) || c == '\n' || c == ';' || (in_command_ && c == ')');
  }

  void take_word() {
    begin_statement(at_);
    script_word word;
    while (!at_word_end() && !error_) {
      switch (peek()) {
        case '\'': take_literal(word); break;
        case '"': take_quoted(word); break;
        case '\\': take_escaped(word); break;
        case '$': take_variable(word); break;
        default: add(word, text_[at_++]);
      }
    }
    end_ = at_;
    if (in_command_)
      current_.words.back().command.push_back(std::move(word));
    else
      current_.words.push_back(std::move(word));
  }

  static void add(script_word& word, char c) {
    if (word.parts.empty() || word.parts.back().variable)
      word.parts.emplace_back();
    word.parts.back().text += c;
  }

  /// Adds a character of a quoted text, which may go over lines.
  void add_quoted(script_word& word) {
    if (peek() == '\n')
      ++line_;
    add(word, text_[at_++]);
  }

  void take_literal(script_word& word) {
    word.quoted = true;
    ++at_;
    while (at_ < text_.size() && peek() != '\'')
      add_quoted(word);
    if (at_ >= text_.size())
      return refuse("a ' is not closed", true);
    ++at_;
  }

  void take_quoted(script_word& word) {
    word.quoted = true;
    ++at_;
    while (at_ < text_.size() && peek() != '"' && !error_) {
      auto next = peek(1);
      auto escapes = next == '"' || next == '\\' || next == '$';
      if (peek() == '$') {
        take_variable(word);
      } else if (at_continuation()) {
        at_ += next == '\n' ? 2 : 3;
        ++line_;
      } else {
        at_ += peek() == '\\' && escapes ? 1 : 0;
        add_quoted(word);
      }
    }
    if (at_ >= text_.size())
      return refuse("a \" is not closed", true);
    ++at_;
  }

  void take_escaped(script_word& word) {
    word.quoted = true;
    if (at_continuation())
      return skip_continuation();
    ++at_;
    if (at_ >= text_.size())
      return refuse("nothing follows the \\ at the end", true);
    add(word, text_[at_++]);
  }

  // Variables
  // --------------------------------------------------------------------

  void take_variable(script_word& word) {
    auto braces = peek(1) == '{';
    auto first = peek(braces ? 2 : 1);
    if (first == '(')
      return refuse("$(...) stands alone; write \\$ for the text");
    if (!is_letter(first) && !is_digit(first)) {
      if (braces)
        return refuse("${ needs the name of a variable");
      return add(word, text_[at_++]);
    }
    at_ += braces ? 2 : 1;
    word_part part;
    part.variable = true;
    part.braces = braces;
    part.text = take_name();
    while (peek() == '.' && (is_letter(peek(1)) || is_digit(peek(1)))) {
      part.fields += text_[at_++];
      part.fields += take_field();
    }
    if (braces && at_ >= text_.size())
      return refuse("a ${ is not closed", true);
    if (braces && peek() != '}')
      return refuse("${NAME} holds a name and fields like .state only");
    at_ += braces ? 1 : 0;
    word.parts.push_back(std::move(part));
  }

  /// A name, or one digit: an argument of the script.
  std::string take_name() {
    if (is_digit(peek()))
      return {text_[at_++]};
    return take_field();
  }

  std::string take_field() {
    std::string out;
    while (is_letter(peek()) || is_digit(peek()))
      out += text_[at_++];
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t word_line_ = 1; ///< Where the current word begins.
  size_t begin_ = 0;     ///< Of the current statement.
  size_t end_ = 0;
  bool in_command_ = false;
  script_line current_;
  std::vector<script_line> lines_;
  std::optional<script_error> error_;
};

} // namespace

tl::expected<std::vector<script_line>, script_error>
split_script(std::string_view text) {
  if (text.size() > script_bytes_max)
    return tl::unexpected{
      script_error{1, fmt::format("the script is longer than {} KiB",
                                  script_bytes_max / 1024)}};
  if (auto zero = text.find('\0'); zero != std::string_view::npos)
    return tl::unexpected{
      script_error{1, "the script has a byte 0, so it is no text"}};
  return lexer{text}.run();
}

} // namespace troupe::shell
