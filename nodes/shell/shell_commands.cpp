#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec help_options[] = {
  {"completion", kind::shell, "SHELL",
   "Print the completion script of a shell: bash"}};

constexpr example help_examples[] = {
  {"troupe help run", "Everything about one command"},
  {"troupe help --completion bash > troupe.bash",
   "Completion for bash, to be sourced"},
};

constexpr command_spec commands[] = {
  {"help", "Show help, for all or one command", "[COMMAND]", 0, 1, help_options,
   "", help_examples, help_command},
};

} // namespace

std::span<const command_spec> shell_commands() {
  return commands;
}

} // namespace troupe::shell
