#pragma once

#include "nodes/shell/command_table.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What the Tab key offers at the prompt. Pure: what changes (jobs, nodes,
/// files) is asked through functions.
namespace troupe::shell {

struct completion_sources {
  /// Returns what there is now of a kind, the most likely first.
  std::function<std::vector<std::string>(value_kind)> values;
  /// Returns the paths that begin with a text; those of folders end in `/`.
  std::function<std::vector<std::string>(std::string_view)> files;
  std::vector<std::string> variables; ///< Their names, without `$`.
  std::vector<std::string> words;     ///< What is understood besides commands.
};

/// A word of a line as it is meant: without quotes.
struct typed_word {
  size_t begin = 0; ///< Where it begins in the line, quotes included.
  std::string text;
  bool quoted = false; ///< It has quotes or backslashes.
};

/// Splits what is typed up to the cursor into words. The last one is what the
/// cursor stands behind; it is empty behind a blank. Returns nothing within a
/// comment. An open quote is fine. `;` and `$(` are words.
std::vector<typed_word> split_words(std::string_view line);

struct line_completion {
  size_t begin = 0;                    ///< What is replaced begins there.
  std::string word;                    ///< What was typed of it.
  bool quoted = false;                 ///< It was typed with quotes.
  std::vector<std::string> candidates; ///< Each begins with `word`.
};

/// Returns what the word before the cursor may become.
line_completion complete_line(std::string_view line, size_t cursor,
                              const completion_sources& sources);

/// Returns the text for the place of the word: what all candidates have in
/// common, in quotes if it needs them, and a blank if there is only one and it
/// is complete. Returns nothing if that is not more than what was typed.
std::string insertion(const line_completion& what);

} // namespace troupe::shell
