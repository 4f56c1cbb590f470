#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text from outside (names, errors, values of options) that is shown on a
/// terminal or written to a log must neither start a new line nor move a
/// cursor nor reverse the reading direction.
namespace troupe {

/// Returns the length of the well-formed UTF-8 sequence at the start of
/// `text`, 1 to 4, or 0 when there is none (RFC 3629, section 4).
size_t utf8_length(std::string_view text);

/// Returns whether all of `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

/// Returns `text` on one line: control characters as `\n`, `\t`, `\r` or
/// `\xNN`, other invisible controls (C1, line separators, direction marks) as
/// `\uNNNN`, bytes that are not UTF-8 as `\xNN`, a backslash as `\\`.
std::string escape_text(std::string_view text);

/// Returns `text` escaped and in double quotes, for error sentences; what is
/// longer than 120 bytes is cut and ends in `...`.
std::string quote_text(std::string_view text);

/// Returns `text` as a JSON string in quotes. JSON cannot carry bytes that are
/// not UTF-8: they appear as the four characters `\xNN`.
std::string quote_json(std::string_view text);

} // namespace troupe
