#pragma once

#include <string>
#include <string_view>

namespace troupe::shell {

/// Returns a text that steers no terminal: as `escape_text`, but lines, tabs
/// and backslashes stay, so that a text of several lines can be read, and what
/// is escaped already is not escaped again.
std::string printable_text(std::string_view text);

/// Writes `troupe: SENTENCE` and a newline, printable: sentences quote what
/// peers say. Nobody is left to be told when this fails.
void write_sentence(int descriptor, std::string_view sentence);

} // namespace troupe::shell
