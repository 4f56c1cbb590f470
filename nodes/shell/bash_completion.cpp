#include "nodes/shell/completion.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// Returns ` --name` of each option.
std::string names_of(std::span<const option_spec> options) {
  std::string out;
  for (const auto& option : options)
    out += fmt::format(" --{}", option.name);
  return out;
}

/// Returns `--a|--b` of all options for which `wanted` holds. A pattern must
/// not be empty.
template <class Predicate>
std::string pattern_of(Predicate wanted) {
  std::string out;
  for (const auto* option : options_where(wanted))
    out += fmt::format("{}--{}", out.empty() ? "" : "|", option->name);
  return out.empty() ? "--" : out;
}

std::string pattern_of(argument_kind kind) {
  return pattern_of([kind](const auto& x) { return x.argument == kind; });
}

bool takes_file(const option_spec& option) {
  return option.argument == argument_kind::file
         || option.argument == argument_kind::files;
}

bool takes_other(const option_spec& option) {
  return option.argument != argument_kind::none && !takes_file(option)
         && fixed_values(option.argument).empty();
}

bool takes_any(const option_spec& option) {
  return option.argument != argument_kind::none;
}

/// The skeleton; names in capitals between @ signs are filled in. A file list
/// (--split) goes on up to the next option, so the script looks for the last
/// option before the cursor.
constexpr std::string_view skeleton = R"(# bash completion for troupe; made by
# `troupe help --completion bash`.
_troupe() {
  local current="${COMP_WORDS[COMP_CWORD]}"
  local previous="${COMP_WORDS[COMP_CWORD-1]}"
  local command="" i=1 last="" position=0 values=""
  COMPREPLY=()
  while ((i < COMP_CWORD)); do
    case "${COMP_WORDS[i]}" in
      @VALUES@)
        last="${COMP_WORDS[i]}"
        ((i += 1)) ;;
      -*) last="${COMP_WORDS[i]}" ;;
      *)
        if [[ -z "$command" ]]; then
          command="${COMP_WORDS[i]}"
        else
          ((position += 1))
        fi ;;
    esac
    ((i += 1))
  done
  case "$previous" in
    @FILE@)
      compopt -o filenames 2>/dev/null || :
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    @REDUCER@)
      mapfile -t COMPREPLY < <(compgen -W "@REDUCERS@" -- "$current")
      return ;;
    @SHELL@)
      mapfile -t COMPREPLY < <(compgen -W "@SHELLS@" -- "$current")
      return ;;
    @OTHER@) return ;;
  esac
  if [[ "$current" != -* ]]; then
    case "$last" in
      @FILES@)
        compopt -o filenames 2>/dev/null || :
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return ;;
    esac
  fi
  local options="@GLOBAL@"
  case "$command" in
    "")
      mapfile -t COMPREPLY < <(
        compgen -W "@COMMANDS@ $options" -- "$current")
      return ;;
@CASES@  esac
  case "$command:$position" in
@POSITIONS@    *) ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$values $options" -- "$current")
}
complete -F _troupe troupe
)";

/// Returns what is offered for the positional arguments of a command.
std::string positions_of(const command_spec& command) {
  std::string out;
  for (size_t i = 0; i < command.takes.size(); ++i) {
    auto values = fixed_values(command, i);
    if (!values.empty())
      out +=
        fmt::format("    {}:{}) values=\"{}\" ;;\n", command.name, i, values);
    if (command.takes[i] == value_kind::file)
      out += fmt::format("    {}:{})\n"
                         "      compopt -o filenames 2>/dev/null || :\n"
                         "      mapfile -t COMPREPLY < <(compgen -f -W "
                         "\"$options\" -- \"$current\")\n"
                         "      return ;;\n",
                         command.name, i);
  }
  return out;
}

} // namespace

std::string bash_completion() {
  std::string commands;
  std::string cases;
  std::string positions;
  for (const auto& command : command_table()) {
    commands += fmt::format("{}{}", commands.empty() ? "" : " ", command.name);
    auto names = names_of(command.options);
    if (!names.empty())
      cases += fmt::format("    {}) options+=\"{}\" ;;\n", command.name, names);
    positions += positions_of(command);
  }
  std::string text{skeleton};
  fill(text, "VALUES", pattern_of(takes_any));
  fill(text, "FILE", pattern_of(takes_file));
  fill(text, "REDUCER", pattern_of(argument_kind::reducer));
  fill(text, "REDUCERS", fixed_values(argument_kind::reducer));
  fill(text, "SHELL", pattern_of(argument_kind::shell));
  fill(text, "SHELLS", fixed_values(argument_kind::shell));
  fill(text, "OTHER", pattern_of(takes_other));
  fill(text, "FILES", pattern_of(argument_kind::files));
  fill(text, "GLOBAL", names_of(global_options()));
  fill(text, "COMMANDS", commands);
  fill(text, "CASES", cases);
  fill(text, "POSITIONS", positions);
  return text;
}

} // namespace troupe::shell
