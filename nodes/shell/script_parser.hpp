#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The language of scripts (docs/scripts.md): from text to statements. A pure
/// function; what the words mean is the business of the interpreter.
namespace troupe::shell {

constexpr size_t script_bytes_max = size_t{1024} * 1024;
constexpr size_t script_blocks_max = 32; ///< Within each other.

/// A piece of a word: a text as it stands, or a variable.
struct word_part {
  std::string text;   ///< The text, or the variable's name.
  std::string fields; ///< Behind a variable: `.state`, a text if it has none.
  bool variable = false;
  bool braces = false; ///< `${x.state}`: the fields cannot be a text.
};

struct script_word {
  std::vector<word_part> parts;     ///< None: an empty text in quotes.
  bool quoted = false;              ///< It has quotes or backslashes.
  std::vector<script_word> command; ///< `$(...)`, then there are no parts.

  /// Returns whether it is that text, without quotes.
  bool is(std::string_view what) const;

  /// Returns its text if it has neither quotes nor variables, else "".
  std::string_view plain() const;
};

struct script_condition {
  enum class kind : uint8_t { ok, failed, compare };

  kind what = kind::compare;
  std::vector<script_word> left;
  std::string op; ///< ==, !=, <, <=, >, >= or contains.
  std::vector<script_word> right;

  /// Returns whether it looks at how the last command ended.
  bool about_last_command() const;
};

struct statement {
  enum class kind : uint8_t {
    command,     ///< `words`.
    assign,      ///< `name`, `words`.
    assert_that, ///< `condition`.
    repeat,      ///< `words`: how often; `body`.
    for_each,    ///< `name`, `words`, `body`.
    if_else,     ///< `condition`, `body`, `otherwise`.
    break_loop,  ///< Leaves the innermost loop.
    source,      ///< `words`: a file.
    set,         ///< `words`: a setting and its value.
    print,       ///< `words`.
    leave,       ///< `words`: the exit code, or none.
    pause,       ///< `words`: a time.
  };

  kind what = kind::command;
  size_t line = 0;  ///< From 1 on.
  std::string text; ///< As it was written, without its block.
  std::string name;
  std::vector<script_word> words;
  script_condition condition;
  std::vector<statement> body;
  std::vector<statement> otherwise;
};

/// Why a text is no script.
struct script_error {
  size_t line = 0;
  std::string text;        ///< A sentence without a full stop.
  bool incomplete = false; ///< More text could make it right.
};

tl::expected<std::vector<statement>, script_error>
parse_script(std::string_view text);

/// Returns whether a text can be the name of a variable that a script sets.
bool is_variable_name(std::string_view text);

/// The words that begin a statement and are no command.
const std::vector<std::string>& script_keywords();

} // namespace troupe::shell
