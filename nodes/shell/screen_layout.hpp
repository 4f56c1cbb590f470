#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Where libedit puts things on the screen; it does not tell.
namespace troupe::shell {

/// Between two of these in a prompt is what moves no cursor, like colors.
constexpr wchar_t invisible_mark = L'\1';

/// Returns a text without what is between two marks.
std::wstring visible_part(std::wstring_view text);

/// Returns how many rows below the first one of the prompt the cursor is,
/// behind the prompt and `before` (what is before the cursor in the line), on
/// a terminal of that many columns.
size_t cursor_row(std::wstring_view prompt, std::wstring_view before,
                  size_t columns);

} // namespace troupe::shell
