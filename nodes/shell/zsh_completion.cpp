#include "nodes/shell/completion.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// The skeleton; names in capitals between @ signs are filled in.
constexpr std::string_view skeleton = R"(#compdef troupe
# zsh completion for troupe; made by `troupe help --completion zsh`.

_troupe_commands() {
  local -a commands
  commands=(
@COMMANDS@  )
  _describe -t commands 'command of troupe' commands
}

_troupe() {
  local curcontext="$curcontext" state line
  local -a global
  local -A opt_args
  global=(
@GLOBAL@  )
  _arguments -C $global ': :_troupe_commands' '*:: :->command' && return
  [[ $state == command ]] || return
  case $words[1] in
@CASES@  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _troupe "$@"
else
  compdef _troupe troupe
fi
)";

/// Returns a text for a place within single quotes where the characters in
/// `special` have a meaning.
std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (char c : text) {
    if (special.find(c) != std::string_view::npos)
      out += '\\';
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out;
}

/// Returns what zsh does to offer values; a blank offers nothing.
std::string action_of(std::string_view values, bool file) {
  if (file)
    return "_files";
  return values.empty() ? " " : fmt::format("({})", escaped(values, ":"));
}

std::string spec_of(const option_spec& option) {
  auto text = fmt::format("'{}--{}[{}]", option.repeatable ? "*" : "",
                          option.name, escaped(option.help, "[]\\"));
  if (option.argument != argument_kind::none) {
    bool file = option.argument == argument_kind::file
                || option.argument == argument_kind::files;
    text += fmt::format(":{}:{}", escaped(option.placeholder, ":\\"),
                        action_of(fixed_values(option.argument), file));
  }
  return text + "'";
}

/// Returns the specifications of the positional arguments.
std::string positions_of(const command_spec& command) {
  std::string out;
  auto names = argument_names(command);
  for (size_t i = 0; i < names.size(); ++i) {
    bool file =
      i < command.takes.size() && command.takes[i] == value_kind::file;
    out += fmt::format(
      " \\\n        '{}:{}{}:{}'", i + 1, i < command.positional_min ? "" : ":",
      escaped(names[i], ":\\"), action_of(fixed_values(command, i), file));
  }
  return out;
}

} // namespace

std::string zsh_completion() {
  std::string global;
  for (const auto& option : global_options())
    global += fmt::format("    {}\n", spec_of(option));
  std::string commands;
  std::string cases;
  for (const auto& command : command_table()) {
    commands += fmt::format("    '{}:{}'\n", command.name,
                            escaped(command.summary, "\\"));
    cases += fmt::format("    {})\n      _arguments $global", command.name);
    for (const auto& option : command.options)
      cases += fmt::format(" \\\n        {}", spec_of(option));
    cases += positions_of(command) + " ;;\n";
  }
  std::string text{skeleton};
  fill(text, "COMMANDS", commands);
  fill(text, "GLOBAL", global);
  fill(text, "CASES", cases);
  return text;
}

} // namespace troupe::shell
