#include "nodes/shell/help_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

namespace {

/// Appends ` --name` for each option.
void write_names(std::span<const option_spec> options, std::string& out) {
  for (const auto& option : options)
    out += fmt::format(" --{}", option.name);
}

/// Returns `--a|--b` of all options for which `wanted` holds, without doubles.
template <class Predicate>
std::string pattern_of(Predicate wanted) {
  std::vector<std::string_view> names;
  auto collect = [&](std::span<const option_spec> options) {
    for (const auto& option : options)
      if (wanted(option)
          && std::find(names.begin(), names.end(), option.name) == names.end())
        names.push_back(option.name);
  };
  collect(global_options());
  for (const auto& command : command_table())
    collect(command.options);
  std::string out;
  for (auto name : names)
    out += fmt::format("{}--{}", out.empty() ? "" : "|", name);
  return out;
}

std::string pattern_of(argument_kind kind) {
  return pattern_of([kind](const auto& x) { return x.argument == kind; });
}

bool takes_other(const option_spec& option) {
  switch (option.argument) {
    case argument_kind::none:
    case argument_kind::file:
    case argument_kind::files:
    case argument_kind::reducer:
    case argument_kind::shell: return false;
    default: return true;
  }
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
  local command="" i=1 last=""
  COMPREPLY=()
  while ((i < COMP_CWORD)); do
    case "${COMP_WORDS[i]}" in
      @VALUES@)
        last="${COMP_WORDS[i]}"
        ((i += 1)) ;;
      -*) last="${COMP_WORDS[i]}" ;;
      *) [[ -n "$command" ]] || command="${COMP_WORDS[i]}" ;;
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
      mapfile -t COMPREPLY < <(compgen -W "bash" -- "$current")
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
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}
complete -F _troupe troupe
)";

void fill(std::string& text, std::string_view place, std::string_view value) {
  auto key = fmt::format("@{}@", place);
  auto at = text.find(key);
  if (at != std::string::npos)
    text.replace(at, key.size(), value);
}

} // namespace

std::string bash_completion() {
  std::string global;
  write_names(global_options(), global);
  std::string commands;
  std::string cases;
  for (const auto& command : command_table()) {
    commands += fmt::format("{}{}", commands.empty() ? "" : " ", command.name);
    std::string names;
    write_names(command.options, names);
    if (command.name == "help")
      for (const auto& name : command_names())
        names += " " + name;
    if (!names.empty())
      cases += fmt::format("    {}) options+=\"{}\" ;;\n", command.name, names);
  }
  std::string text{skeleton};
  fill(text, "VALUES", pattern_of(takes_any));
  fill(text, "FILE", pattern_of([](const auto& x) {
         return x.argument == argument_kind::file
                || x.argument == argument_kind::files;
       }));
  fill(text, "REDUCER", pattern_of(argument_kind::reducer));
  fill(text, "REDUCERS",
       "collect count sum min max stats merge_counts top: concat none");
  fill(text, "SHELL", pattern_of(argument_kind::shell));
  fill(text, "OTHER", pattern_of(takes_other));
  fill(text, "FILES", pattern_of(argument_kind::files));
  fill(text, "GLOBAL", global);
  fill(text, "COMMANDS", commands);
  fill(text, "CASES", cases);
  return text;
}

} // namespace troupe::shell
