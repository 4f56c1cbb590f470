#include "nodes/shell/completion.hpp"

#include "nodes/shell/script_options.hpp"
#include "nodes/shell/top_screen.hpp"
#include "runtime/function/reducer.hpp"
#include "runtime/model/placement_names.hpp"
#include "runtime/wire/event_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace troupe::shell {

namespace {

constexpr completed_shell shells[] = {{"bash", bash_completion},
                                      {"zsh", zsh_completion},
                                      {"fish", fish_completion}};

void append(std::string_view word, std::string& out) {
  out += fmt::format("{}{}", out.empty() ? "" : " ", word);
}

std::string all_reducers() {
  std::string out;
  for (const auto& name : reducer_names()) // As in top:N.
    append(name.ends_with(":N") ? name.substr(0, name.size() - 1) : name, out);
  return out;
}

std::string all_sort_keys() {
  std::vector<std::string> all;
  top_screen screen;
  for (auto view : {top_view::nodes, top_view::jobs}) {
    screen.show(view);
    for (auto& key : screen.sort_names())
      all.push_back(std::move(key));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return fmt::format("{}", fmt::join(all, " "));
}

std::string all_event_kinds() {
  auto names = event_kind_names();
  std::erase(names, to_string(event_kind::job_progress)); // Never shown.
  return fmt::format("{}", fmt::join(names, " "));
}

/// Returns what a text may be.
std::string fixed_texts(std::string_view option, std::string_view command) {
  if (option == "placement")
    return fmt::format("{}", fmt::join(placement_names, " "));
  if (option == "state")
    return command == "jobs"
             ? "open running succeeded failed cancelled"
             : "waiting ready leased backoff succeeded dead cancelled";
  if (option == "kind")
    return all_event_kinds();
  if (option == "level")
    return "trace debug info warn error";
  if (option == "sort")
    return all_sort_keys();
  return option == "view" ? "nodes jobs" : "";
}

} // namespace

std::span<const completed_shell> completed_shells() {
  return shells;
}

std::string fixed_values(const option_spec& option,
                         const command_spec* command) {
  if (option.argument == argument_kind::reducer)
    return all_reducers();
  if (option.argument == argument_kind::text && command != nullptr)
    return fixed_texts(option.name, command->name);
  std::string out;
  if (option.argument == argument_kind::shell)
    for (const auto& shell : shells)
      append(shell.name, out);
  return out;
}

std::string fixed_values(const command_spec& command, size_t position) {
  if (position >= command.takes.size())
    return "";
  std::string out;
  switch (command.takes[position]) {
    case value_kind::choice: return std::string{command.choices};
    case value_kind::command:
      for (const auto& name : command_names())
        append(name, out);
      append("scripts", out); // A topic of help.
      return out;
    default: return "";
  }
}

std::string short_files(std::string_view between) {
  std::string out = ":-f";
  for (const auto& command : command_table())
    if (long_option("-f", &command) == "--file")
      out += fmt::format("{}{}:-f", between, command.name);
  return out;
}

std::vector<std::string> argument_names(const command_spec& command) {
  std::vector<std::string> names;
  auto text = command.positional;
  while (!text.empty()) {
    auto end = text.find(' ');
    std::string name{text.substr(0, end)};
    std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
    if (!name.empty())
      names.push_back(name);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return names;
}

void fill(std::string& text, std::string_view place, std::string_view value) {
  auto key = fmt::format("@{}@", place);
  auto at = text.find(key);
  if (at != std::string::npos)
    text.replace(at, key.size(), value);
}

std::vector<const option_spec*>
options_where(const std::function<bool(const option_spec&)>& wanted) {
  std::vector<const option_spec*> found;
  auto collect = [&](std::span<const option_spec> options) {
    for (const auto& option : options) {
      auto same = [&](const auto* x) { return x->name == option.name; };
      if (wanted(option) && std::none_of(found.begin(), found.end(), same))
        found.push_back(&option);
    }
  };
  collect(global_options());
  collect(script_options());
  for (const auto& command : command_table())
    collect(command.options);
  return found;
}

} // namespace troupe::shell
