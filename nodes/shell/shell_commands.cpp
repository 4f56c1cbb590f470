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

constexpr option_spec connect_options[] = {
  {"remove", kind::text, "NAME", "Forget a saved cluster"}};

constexpr example connect_examples[] = {
  {"troupe connect lab 10.0.0.5:7400", "Saves a cluster under a name"},
  {"troupe connect lab", "Commands go there from now on"},
  {"troupe connect", "The saved clusters"},
  {"troupe connect --remove lab", "Forgets it"},
};

constexpr std::string_view connect_details =
  "Clusters that are often used have names, here: contexts. `connect` lists "
  "them, `connect NAME HOST:PORT` saves one (with --cluster also the name that "
  "the cluster must have), and `connect NAME` makes it the one that commands "
  "go to when neither --connect nor the variable TROUPE_CONNECT says "
  "otherwise.\n\n"
  "At the prompt of troupe, `connect NAME` and `connect HOST:PORT` also switch "
  "to that cluster at once. The file is contexts.json in the folder troupe of "
  "$XDG_CONFIG_HOME, or of ~/.config.";

constexpr std::string_view connect_json =
  "an array of {\"name\", \"connect\", \"cluster\", \"current\"}, or, when one "
  "is saved, chosen or removed, that object";

constexpr command_spec commands[] = {
  {"connect",
   "Choose the cluster of later commands, or save one",
   "[NAME] [HOST:PORT]",
   0,
   2,
   connect_options,
   connect_details,
   connect_examples,
   connect_command,
   connect_json,
   {value_kind::context}},
  {"help", "Show help, for all or one command", "[COMMAND]", 0, 1, help_options,
   "", help_examples, help_command},
};

} // namespace

std::span<const command_spec> shell_commands() {
  return commands;
}

} // namespace troupe::shell
