#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec help_options[] = {
  {"completion", kind::shell, "SHELL",
   "Print the completion script of a shell: bash, zsh or fish"},
  {"reference", kind::none, "",
   "Print the reference of docs/shell.md, in Markdown"}};

constexpr example help_examples[] = {
  {"troupe help run", "Everything about one command"},
  {"troupe help scripts", "The language of scripts"},
  {"troupe help json", "The JSON of jobs and of values"},
  {"troupe help --json", "The table of commands, for programs"},
  {"source <(troupe help --completion bash)",
   "Completion for bash without an installation"},
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
  "At the prompt of troupe, each of these, and `connect HOST:PORT`, also goes "
  "to that cluster at once. The file is contexts.json in the folder troupe of "
  "$XDG_CONFIG_HOME, or of ~/.config.";

constexpr std::string_view connect_json =
  "an array of {\"name\", \"connect\", \"cluster\", \"current\"}, or, when one "
  "is saved, chosen or removed, that object";

constexpr std::string_view help_details =
  "`help scripts` explains the language of scripts, `help for` or `help "
  "history` one of its words, or of those of the prompt, and `help json` the "
  "JSON of jobs and of values.\n\n"
  "The completion scripts are installed with the program. Colors are used on "
  "terminals only, and not when the variable NO_COLOR is set.";

constexpr std::string_view help_json =
  "the table from which help, completion and docs/shell.md are made, "
  "{\"commands\": [...], \"options\": [...]}, or with COMMAND its entry: "
  "{\"name\", \"group\", \"summary\", \"positional\", \"positional_min\", "
  "\"positional_max\", \"takes\": [...], \"choices\": [...], \"options\": "
  "[...], \"details\", \"json\", \"examples\": [{\"line\", \"what\"}]}.\n\n"
  "* An option is {\"name\", \"argument\", \"placeholder\", \"help\", "
  "\"repeatable\"}; `argument` is `none`, `text`, `count`, `size`, `duration`, "
  "`endpoint`, `file`, `files`, `reducer` or `shell`.\n"
  "* `takes` says what the positional arguments are: `text`, `job`, `task`, "
  "`node`, `function`, `actor`, `command`, `context`, `file`, or `choice`: one "
  "of `choices`.";

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
   help_details, help_examples, help_command, help_json, takes_command},
};

} // namespace

std::span<const command_spec> shell_commands() {
  return commands;
}

} // namespace troupe::shell
