#pragma once

#include "nodes/shell/command_table.hpp"

#include <span>
#include <string_view>

namespace troupe::shell {

/// The options that stand where otherwise a command does: they run a script.
std::span<const option_spec> script_options();

/// Returns the long name of a short option of a command, or of those without
/// one (nullptr); any other text itself. `-f` is --file or --follow.
std::string_view long_option(std::string_view option,
                             const command_spec* command);

} // namespace troupe::shell
