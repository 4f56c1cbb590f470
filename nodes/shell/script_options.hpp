#pragma once

#include "nodes/shell/command_table.hpp"

#include <span>
#include <string_view>

namespace troupe::shell {

/// The options that stand where otherwise a command does: they run a script.
std::span<const option_spec> script_options();

/// Returns the long name of `-c`, `-f` and `-h` without a command, else the
/// text itself.
std::string_view long_option(std::string_view option);

} // namespace troupe::shell
