#include "nodes/shell/completion.hpp"

#include "runtime/function/reducer.hpp"

#include <fmt/format.h>

#include <algorithm>

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

} // namespace

std::span<const completed_shell> completed_shells() {
  return shells;
}

std::string fixed_values(argument_kind kind) {
  if (kind == argument_kind::reducer)
    return all_reducers();
  std::string out;
  if (kind == argument_kind::shell)
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
      return out;
    default: return "";
  }
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
  for (const auto& command : command_table())
    collect(command.options);
  return found;
}

} // namespace troupe::shell
