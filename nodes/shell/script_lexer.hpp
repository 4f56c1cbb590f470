#pragma once

#include "nodes/shell/script_parser.hpp"

namespace troupe::shell {

/// One statement's words, before anything is known of their meaning.
struct script_line {
  size_t line = 0;  ///< Of its first word, from 1 on.
  std::string text; ///< As it was written.
  std::vector<script_word> words;
};

/// Splits a text into statements and these into words.
tl::expected<std::vector<script_line>, script_error>
split_script(std::string_view text);

} // namespace troupe::shell
