#pragma once

#include "nodes/shell/command_table.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Completion files for other shells, made from the table of commands. They
/// offer what the table knows; what only a cluster knows, as its jobs, is
/// offered by the interactive shell.
namespace troupe::shell {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// A shell with a completion file.
struct completed_shell {
  std::string_view name;
  std::string (*script)();
};

std::span<const completed_shell> completed_shells();

/// Returns what is fixed among the values of an option, between blanks; empty
/// if nothing is.
/// @param command That has the option; nullptr: before the command.
std::string fixed_values(const option_spec& option,
                         const command_spec* command);

/// Returns what is fixed among the values of a command's argument at
/// `position`, from 0; empty if nothing is.
std::string fixed_values(const command_spec& command, size_t position);

/// Returns `COMMAND:-f` of each command where -f takes a file, and `:-f` for
/// none.
std::string short_files(std::string_view between);

/// Returns the names of a command's positional arguments, without brackets.
std::vector<std::string> argument_names(const command_spec& command);

/// Replaces `@PLACE@` in a skeleton of a script.
void fill(std::string& text, std::string_view place, std::string_view value);

/// Returns the options for which `wanted` holds, each name once: the global
/// ones first, then those of scripts and of the commands.
std::vector<const option_spec*>
options_where(const std::function<bool(const option_spec&)>& wanted);

} // namespace troupe::shell
