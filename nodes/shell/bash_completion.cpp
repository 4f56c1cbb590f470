#include "nodes/shell/completion.hpp"
#include "nodes/shell/script_options.hpp"

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

bool takes_file(const option_spec& option) {
  return option.argument == argument_kind::file
         || option.argument == argument_kind::files;
}

bool takes_any(const option_spec& option) {
  return option.argument != argument_kind::none;
}

/// The skeleton; names in capitals between @ signs are filled in. A file list
/// (--split) goes on up to the next option, so the script looks for the last
/// option before the cursor.
constexpr std::string_view skeleton = R"(# bash completion for troupe; made by
# `troupe help --completion bash`.

# Sets the words up to the cursor: what bash splits at : or = is one word.
_troupe_words() {
  local line="$COMP_LINE" i
  words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i > 0)) && [[ "$line" != [[:space:]]* ]]; then
      words[${#words[@]}-1]+="${COMP_WORDS[i]}"
    else
      words+=("${COMP_WORDS[i]}")
    fi
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line#"${COMP_WORDS[i]}"}"
  done
}

# Offers what compgen does. Of a word with a : bash replaces only what follows.
_troupe_offer() {
  mapfile -t COMPREPLY < <(compgen "$@" -- "$current")
  if [[ "$current" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${current%"${current##*:}"}"}")
  fi
}

_troupe_offer_files() {
  compopt -o filenames 2>/dev/null || :
  _troupe_offer -f "$@"
}

_troupe() {
  local words current name waiting="" command="" i=1 last="" position=0
  local values=""
  _troupe_words
  local end=$((${#words[@]} - 1))
  current="${words[end]}"
  COMPREPLY=()
  while ((i < end)); do
    name="${words[i]}"
    case "$command:$name" in
      @SHORT@) name=--file ;;
      :-c) name=--command ;;
    esac
    case "$name" in
      @VALUES@)
        last="$name"
        ((i += 1))
        if ((i == end)); then
          waiting="$name"
        fi ;;
      -*) last="$name" ;;
      *)
        if [[ -z "$command" ]]; then
          command="$name"
        else
          ((position += 1))
        fi ;;
    esac
    ((i += 1))
  done
  if [[ -z "$waiting" && "$current" == --*=* ]]; then
    waiting="${current%%=*}"
    current="${current#*=}"
  fi
  case "$waiting" in
    @FILE@)
      _troupe_offer_files
      return ;;
  esac
  if [[ -n "$waiting" ]]; then
    case "$command:$waiting" in
@OFFERED@    esac
    _troupe_offer -W "$values"
    return
  fi
  if [[ "$current" != -* ]]; then
    case "$last" in
      @FILES@)
        _troupe_offer_files
        return ;;
    esac
  fi
  local options="@GLOBAL@"
  case "$command" in
    "")
      _troupe_offer -W "@COMMANDS@ $options@SCRIPT@"
      return ;;
@CASES@  esac
  case "$command:$position" in
@POSITIONS@    *) ;;
  esac
  _troupe_offer -W "$values $options"
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
                         "      _troupe_offer_files -W \"$options\"\n"
                         "      return ;;\n",
                         command.name, i);
  }
  return out;
}

/// Returns what is offered for the options of a command.
std::string values_of(const command_spec& command) {
  std::string out;
  for (const auto& option : command.options) {
    auto values = fixed_values(option, &command);
    if (!values.empty())
      out += fmt::format("      {}:--{}) values=\"{}\" ;;\n", command.name,
                         option.name, values);
  }
  return out;
}

} // namespace

std::string bash_completion() {
  std::string commands;
  std::string cases;
  std::string positions;
  std::string offered;
  for (const auto& command : command_table()) {
    commands += fmt::format("{}{}", commands.empty() ? "" : " ", command.name);
    auto names = names_of(command.options);
    if (!names.empty())
      cases += fmt::format("    {}) options+=\"{}\" ;;\n", command.name, names);
    positions += positions_of(command);
    offered += values_of(command);
  }
  std::string text{skeleton};
  fill(text, "VALUES", pattern_of(takes_any));
  fill(text, "FILE", pattern_of(takes_file));
  fill(text, "FILES", pattern_of([](const auto& x) {
         return x.argument == argument_kind::files;
       }));
  fill(text, "SHORT", short_files("|"));
  fill(text, "OFFERED", offered);
  fill(text, "SCRIPT", names_of(script_options()));
  fill(text, "GLOBAL", names_of(global_options()));
  fill(text, "COMMANDS", commands);
  fill(text, "CASES", cases);
  fill(text, "POSITIONS", positions);
  return text;
}

} // namespace troupe::shell
