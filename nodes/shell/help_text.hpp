#pragma once

#include "nodes/shell/command_table.hpp"

#include <string>

namespace troupe::shell {

/// Returns what `troupe help` prints: all commands and the global options.
std::string help_text();

/// Returns what `troupe help COMMAND` prints; lines of at most 80 columns but
/// for examples.
std::string help_text(const command_spec& command);

/// Returns `usage: troupe ...` of a command, one line.
std::string usage_line(const command_spec& command);

/// Returns `With --json: ...` in paragraphs; empty if the table does not say.
std::string json_sentence(const command_spec& command);

} // namespace troupe::shell
