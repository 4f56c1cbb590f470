#pragma once

#include "nodes/shell/command_table.hpp"

#include <string>
#include <string_view>

namespace troupe::shell {

/// The lines of docs/shell.md between which the reference stands. `./dev
/// reference` looks for them, too.
constexpr std::string_view reference_begin =
  "<!-- reference: made by ./dev reference from the table of commands -->";
constexpr std::string_view reference_end = "<!-- end of the reference -->";

/// Returns the reference of all commands as Markdown, without the two lines.
std::string reference_text();

/// Returns the section of one command: how it is called, what it does, its
/// options, what `--json` prints, examples.
std::string reference_text(const command_spec& command);

/// Returns a text of the command table as Markdown: what is JSON, and names of
/// options, become code; pages and sections of docs/ become links.
/// @param in_table Whether it stands in a cell, where a bar needs a backslash.
std::string markdown(std::string_view text, bool in_table = false);

} // namespace troupe::shell
