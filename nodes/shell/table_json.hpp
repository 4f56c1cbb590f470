#pragma once

#include "nodes/shell/command_table.hpp"

#include <string>

/// The table of commands as JSON, for programs (docs/shell.md).
namespace troupe::shell {

/// Returns one command.
std::string command_json(const command_spec& command);

/// Returns all commands and the global options.
std::string table_json();

} // namespace troupe::shell
