#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// Returns what `troupe help scripts` prints.
std::string_view script_help();

/// Returns what `troupe help WORD` prints of a word that is no command: of the
/// statements of scripts and of the prompt's own words; empty for others.
std::string word_help(std::string_view word);

/// The words that only the prompt knows.
const std::vector<std::string>& prompt_words();

} // namespace troupe::shell
