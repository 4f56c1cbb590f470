#include "nodes/shell/table_json.hpp"

#include <nlohmann/json.hpp>

namespace troupe::shell {

namespace {

using nlohmann::ordered_json;

constexpr int indent = 1;

const char* name_of(argument_kind kind) {
  switch (kind) {
    case argument_kind::none: return "none";
    case argument_kind::text: return "text";
    case argument_kind::count: return "count";
    case argument_kind::size: return "size";
    case argument_kind::duration: return "duration";
    case argument_kind::endpoint: return "endpoint";
    case argument_kind::file: return "file";
    case argument_kind::files: return "files";
    case argument_kind::reducer: return "reducer";
    case argument_kind::shell: return "shell";
  }
  return "text";
}

const char* name_of(value_kind kind) {
  switch (kind) {
    case value_kind::none: return "text";
    case value_kind::job: return "job";
    case value_kind::task: return "task";
    case value_kind::node: return "node";
    case value_kind::function: return "function";
    case value_kind::actor: return "actor";
    case value_kind::command: return "command";
    case value_kind::context: return "context";
    case value_kind::file: return "file";
    case value_kind::choice: return "choice";
  }
  return "text";
}

ordered_json options_of(std::span<const option_spec> options) {
  auto all = ordered_json::array();
  for (const auto& option : options)
    all.push_back({{"name", option.name},
                   {"argument", name_of(option.argument)},
                   {"placeholder", option.placeholder},
                   {"help", option.help},
                   {"repeatable", option.repeatable}});
  return all;
}

ordered_json choices_of(std::string_view text) {
  auto all = ordered_json::array();
  while (!text.empty()) {
    auto end = text.find(' ');
    if (end != 0)
      all.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return all;
}

ordered_json arguments_of(const command_spec& command) {
  auto all = ordered_json::array();
  for (size_t i = 0; i < command.positional_max; ++i) {
    bool known = i < command.takes.size();
    all.push_back(name_of(known ? command.takes[i] : value_kind::none));
    if (i + 1 == command.takes.size())
      break; // The others are no different.
  }
  return all;
}

std::string_view group_of(std::string_view name) {
  for (const auto& group : command_groups())
    for (const auto& command : group.commands)
      if (command.name == name)
        return group.title;
  return "";
}

ordered_json value_of(const command_spec& command) {
  auto examples = ordered_json::array();
  for (const auto& item : command.examples)
    examples.push_back({{"line", item.line}, {"what", item.what}});
  return {{"name", command.name},
          {"group", group_of(command.name)},
          {"summary", command.summary},
          {"positional", command.positional},
          {"positional_min", command.positional_min},
          {"positional_max", command.positional_max},
          {"takes", arguments_of(command)},
          {"choices", choices_of(command.choices)},
          {"options", options_of(command.options)},
          {"details", command.details},
          {"json", command.json},
          {"examples", examples}};
}

} // namespace

std::string command_json(const command_spec& command) {
  return value_of(command).dump(indent);
}

std::string table_json() {
  auto commands = ordered_json::array();
  for (const auto& command : command_table())
    commands.push_back(value_of(command));
  return ordered_json{{"commands", commands},
                      {"options", options_of(global_options())}}
    .dump(indent);
}

} // namespace troupe::shell
