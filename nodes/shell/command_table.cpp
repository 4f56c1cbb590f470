#include "nodes/shell/command_table.hpp"

#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/script_options.hpp"

#include <algorithm>

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec global_table[] = {
  {"connect", kind::endpoint, "HOST:PORT",
   "Where the coordinator listens (default 127.0.0.1:7400, or the variable "
   "TROUPE_CONNECT)"},
  {"cluster", kind::text, "NAME",
   "The name of the cluster, to be sure that it is the right one (default "
   "\"default\")"},
  {"connect-timeout", kind::duration, "TIME",
   "How long to try to reach the coordinator (default 5s); then exit code 3"},
  {"json", kind::none, "",
   "Print one JSON document on stdout and nothing else there"},
  {"help", kind::none, "",
   "Print the help of the command and exit; -h is the same"},
  {"version", kind::none, "", "Print the version and exit"},
};

std::vector<command_spec> all_commands() {
  std::vector<command_spec> all;
  for (const auto& group : command_groups())
    all.insert(all.end(), group.commands.begin(), group.commands.end());
  return all;
}

const option_spec* find_in(std::span<const option_spec> options,
                           std::string_view name) {
  auto i = std::find_if(options.begin(), options.end(),
                        [name](const auto& x) { return x.name == name; });
  return i == options.end() ? nullptr : &*i;
}

} // namespace

std::vector<command_group> command_groups() {
  return {{"Jobs", job_commands()},
          {"Cluster", cluster_commands()},
          {"Actors", actor_commands()},
          {"Shell", shell_commands()}};
}

std::span<const command_spec> command_table() {
  static const auto all = all_commands();
  return all;
}

std::span<const option_spec> global_options() {
  return global_table;
}

const command_spec* find_command(std::string_view name) {
  auto all = command_table();
  auto i = std::find_if(all.begin(), all.end(),
                        [name](const auto& x) { return x.name == name; });
  return i == all.end() ? nullptr : &*i;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& command : command_table())
    names.emplace_back(command.name);
  return names;
}

const option_spec* find_option(const command_spec* command,
                               std::string_view name) {
  if (command != nullptr)
    if (const auto* found = find_in(command->options, name))
      return found;
  if (command == nullptr)
    if (const auto* found = find_in(script_options(), name))
      return found;
  return find_in(global_table, name);
}

} // namespace troupe::shell
