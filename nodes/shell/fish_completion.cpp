#include "nodes/shell/completion.hpp"
#include "nodes/shell/script_options.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// The skeleton; names in capitals between @ signs are filled in.
constexpr std::string_view skeleton =
  R"(# fish completion for troupe; made by `troupe help --completion fish`.

# The command and its arguments before the cursor, without options.
function __troupe_words
    set -l takes_value @VALUES@
    set -l short_takes_value @SHORT@
    set -l command ''
    set -l skip 0
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if test $skip -eq 1
            set skip 0
        else if contains -- $word $takes_value
            set skip 1
        else if contains -- "$command:$word" $short_takes_value
            set skip 1
        else if not string match -q -- '-*' $word
            test -z "$command"; and set command $word
            echo $word
        end
    end
end

# Whether no command stands before the cursor.
function __troupe_no_command
    test (count (__troupe_words)) -eq 0
end

# Whether the command before the cursor is this one.
function __troupe_is
    set -l words (__troupe_words)
    test (count $words) -gt 0; and test $words[1] = $argv[1]
end

# Whether the cursor is at so many arguments behind this command.
function __troupe_at
    set -l words (__troupe_words)
    test (count $words) -eq (math $argv[2] + 1); and test $words[1] = $argv[1]
end

complete -c troupe -f
@GLOBAL@@COMMANDS@)";

/// Returns a text within single quotes.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + "'";
}

/// Returns a line for an option. `when` begins with a blank or is empty.
std::string line_of(const option_spec& option, const command_spec* command,
                    std::string_view when) {
  auto line = fmt::format("complete -c troupe{} -l {}", when, option.name);
  for (std::string_view letter : {"f", "c"})
    if (long_option(fmt::format("-{}", letter), command).substr(2)
        == option.name)
      line += fmt::format(" -s {}", letter);
  bool file = option.argument == argument_kind::file
              || option.argument == argument_kind::files;
  if (file)
    line += " -r -F";
  else if (option.argument != argument_kind::none)
    line += " -x";
  auto values = fixed_values(option, command);
  if (!values.empty())
    line += fmt::format(" -a {}", quoted(values));
  return line + fmt::format(" -d {}\n", quoted(option.help));
}

std::string lines_of(const command_spec& command) {
  auto lines = fmt::format("complete -c troupe -n __troupe_no_command -a {} -d "
                           "{}\n",
                           command.name, quoted(command.summary));
  auto when = fmt::format(" -n '__troupe_is {}'", command.name);
  for (const auto& option : command.options)
    lines += line_of(option, &command, when);
  for (size_t i = 0; i < command.takes.size(); ++i) {
    auto at =
      fmt::format("complete -c troupe -n '__troupe_at {} {}'", command.name, i);
    auto values = fixed_values(command, i);
    if (!values.empty())
      lines += fmt::format("{} -a {}\n", at, quoted(values));
    if (command.takes[i] == value_kind::file)
      lines += fmt::format("{} -F\n", at);
  }
  return lines;
}

} // namespace

std::string fish_completion() {
  std::string global;
  for (const auto& option : global_options())
    global += line_of(option, nullptr, "");
  for (const auto& option : script_options())
    global += line_of(option, nullptr, " -n __troupe_no_command");
  std::string commands;
  for (const auto& command : command_table())
    commands += "\n" + lines_of(command);
  std::string values;
  for (const auto* option : options_where(
         [](const auto& x) { return x.argument != argument_kind::none; }))
    values += fmt::format("{}--{}", values.empty() ? "" : " ", option->name);
  std::string text{skeleton};
  fill(text, "VALUES", values);
  fill(text, "SHORT", ":-c " + short_files(" "));
  fill(text, "GLOBAL", global);
  fill(text, "COMMANDS", commands);
  return text;
}

} // namespace troupe::shell
