#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// A part of a text of the command table. Such a text consists of paragraphs
/// with an empty line between them, each one line; the lines of a list begin
/// with `* `.
struct paragraph {
  bool item = false; ///< Of a list.
  std::string text;  ///< One line, without the `* `.
};

std::vector<paragraph> paragraphs_of(std::string_view text);

/// Appends `text` word by word; lines but the first begin with `indent`
/// blanks, and the first one starts at column `at`. Only a word that is longer
/// than a line goes beyond column 80. Ends with a newline.
void wrap(std::string_view text, size_t indent, size_t at, std::string& out);

/// Appends paragraphs: an empty line before each but the first one, none
/// within a list.
void write_paragraphs(const std::vector<paragraph>& paragraphs,
                      std::string& out);

} // namespace troupe::shell
