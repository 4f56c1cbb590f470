#include "nodes/shell/completion.hpp"
#include "nodes/shell/script_options.hpp"

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
  local -a global script
  local -A opt_args
  global=(
@GLOBAL@  )
  script=(
@SCRIPT@  )
  _arguments -C $global $script ': :_troupe_commands' '*:: :->command' && return
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

std::string spec_of(const option_spec& option, const command_spec* command,
                    std::string_view name) {
  auto text = fmt::format("'{}{}[{}]", option.repeatable ? "*" : "", name,
                          escaped(option.help, "[]\\"));
  if (option.argument != argument_kind::none) {
    bool file = option.argument == argument_kind::file
                || option.argument == argument_kind::files;
    text += fmt::format(":{}:{}", escaped(option.placeholder, ":\\"),
                        action_of(fixed_values(option, command), file));
  }
  return text + "'";
}

/// Returns the specifications of the names of an option.
std::vector<std::string> specs_of(const option_spec& option,
                                  const command_spec* command) {
  auto name = fmt::format("--{}", option.name);
  std::vector<std::string> out{spec_of(option, command, name)};
  for (std::string_view letter : {"-f", "-c"})
    if (long_option(letter, command) == name)
      out.push_back(spec_of(option, command, letter));
  return out;
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
    for (const auto& spec : specs_of(option, nullptr))
      global += fmt::format("    {}\n", spec);
  std::string script;
  for (const auto& option : script_options())
    for (const auto& spec : specs_of(option, nullptr))
      script += fmt::format("    {}\n", spec);
  std::string commands;
  std::string cases;
  for (const auto& command : command_table()) {
    commands += fmt::format("    '{}:{}'\n", command.name,
                            escaped(command.summary, "\\"));
    cases += fmt::format("    {})\n      _arguments $global", command.name);
    for (const auto& option : command.options)
      for (const auto& spec : specs_of(option, &command))
        cases += fmt::format(" \\\n        {}", spec);
    cases += positions_of(command) + " ;;\n";
  }
  std::string text{skeleton};
  fill(text, "COMMANDS", commands);
  fill(text, "GLOBAL", global);
  fill(text, "SCRIPT", script);
  fill(text, "CASES", cases);
  return text;
}

} // namespace troupe::shell
