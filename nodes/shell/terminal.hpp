#pragma once

#include <cstddef>

namespace troupe::shell {

/// Returns whether a file descriptor is a terminal.
bool is_terminal(int descriptor);

/// Returns the columns of a terminal as they are now, 80 if it does not say; 0
/// if it is none (then nothing is cut).
size_t terminal_columns(int descriptor);

/// Returns whether colors are welcome there: a terminal that is not `dumb`,
/// and the variable NO_COLOR is not set (no-color.org).
bool wants_color(int descriptor);

} // namespace troupe::shell
