#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec help_options[] = {
  {"completion", kind::shell, "SHELL",
   "Print the completion script of a shell: bash"},
  {"reference", kind::none, "",
   "Print the reference of docs/shell.md, in Markdown"}};

constexpr example help_examples[] = {
  {"troupe help run", "Everything about one command"},
  {"source <(troupe help --completion bash)",
   "Completion for bash without an installation"},
};

constexpr std::string_view help_details =
  "The completion scripts are installed with the program. Colors are used on "
  "terminals only, and not when the variable NO_COLOR is set.";

constexpr command_spec commands[] = {
  {"help", "Show help, for all or one command", "[COMMAND]", 0, 1, help_options,
   help_details, help_examples, help_command, "", takes_command},
};

} // namespace

std::span<const command_spec> shell_commands() {
  return commands;
}

} // namespace troupe::shell
