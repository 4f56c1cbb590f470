#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// What a cell means; a color on terminals that have some.
enum class tone : uint8_t { plain, good, bad, dim };

struct cell {
  std::string text; ///< One line of any bytes; escaped when it is shown.
  tone meaning = tone::plain;
};

struct column {
  std::string title;
  bool right = false; ///< Numbers.
  /// Whether the cells may be cut to fit (`...` marks it), but not to less
  /// than 8 columns.
  bool flexible = false;
  /// 0: always shown. When the table is still too wide, the columns with the
  /// highest number are left out first.
  uint8_t rank = 0;
};

struct table {
  std::vector<column> columns;
  std::vector<std::vector<cell>> rows; ///< As many cells as columns each.
};

/// Renders a header and the rows, each ending in a newline, no blanks at line
/// ends.
/// @param width Columns of the terminal, 0: no limit.
std::string render(const table& what, size_t width, bool color);

/// Returns the columns of a UTF-8 text on a terminal: as of wcwidth(3).
size_t display_columns(std::string_view text);

/// Cuts a UTF-8 text to at most `columns` columns, with `...` as its end.
std::string cut(std::string_view text, size_t columns);

} // namespace troupe::shell
