#include "nodes/shell/help_text.hpp"

#include "nodes/shell/paragraphs.hpp"
#include "nodes/shell/script_options.hpp"

#include <fmt/format.h>

#include <cctype>
#include <string>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr size_t option_indent = 26;

/// Appends a name and its explanation in two columns.
void write_row(std::string_view name, std::string_view what, size_t indent,
               std::string& out) {
  out += "  ";
  out += name;
  if (name.size() + 4 > indent) {
    out += '\n';
    out.append(indent, ' ');
  } else {
    out.append(indent - name.size() - 2, ' ');
  }
  wrap(what, indent, indent, out);
}

void write_options(std::span<const option_spec> options, std::string& out) {
  for (const auto& option : options) {
    auto name = fmt::format("--{}", option.name);
    if (option.argument != argument_kind::none)
      name += fmt::format(" {}", option.placeholder);
    write_row(name, option.help, option_indent, out);
  }
}

/// Appends paragraphs behind an empty line.
void write_text(std::string_view text, std::string& out) {
  if (text.empty())
    return;
  out += '\n';
  write_paragraphs(paragraphs_of(text), out);
}

} // namespace

std::string usage_line(const command_spec& command) {
  auto line = fmt::format("usage: troupe {}", command.name);
  if (!command.positional.empty())
    line += fmt::format(" {}", command.positional);
  return line + " [OPTION...]\n";
}

std::string json_sentence(const command_spec& command) {
  if (command.json.empty())
    return "";
  std::string text{command.json};
  // In the middle of a sentence; names in capitals stay.
  if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) == 0)
    text[0] =
      static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  return fmt::format("With --json: {}{}", text, text.ends_with('.') ? "" : ".");
}

std::string help_text() {
  std::string out = "usage: troupe [OPTION...] COMMAND [ARGUMENT...]\n"
                    "       troupe [OPTION...] -f FILE [ARGUMENT...]\n"
                    "       troupe [OPTION...]\n\n"
                    "Runs jobs on a Troupe cluster. Without a command it runs "
                    "a script, or asks for\ncommands on a terminal; see "
                    "`troupe help scripts`.\n";
  for (const auto& group : command_groups()) {
    out += fmt::format("\n{}:\n", group.title);
    for (const auto& command : group.commands)
      write_row(command.name, command.summary, 14, out);
  }
  out += "\nScripts, in place of a command:\n";
  write_options(script_options(), out);
  out += "\nOptions of all commands:\n";
  write_options(global_options(), out);
  out += "\nExit codes: 0 done, 1 job failed or refused, 2 wrong command line, "
         "3 cannot\nconnect, 124 --timeout is over, 130 detached by Ctrl-C.\n"
         "\nSee `troupe help COMMAND` for one command, `troupe help json` for "
         "the JSON of\njobs and values.\n";
  return out;
}

std::string help_text(const command_spec& command) {
  auto out = usage_line(command);
  out += '\n';
  wrap(std::string{command.summary} + ".", 0, 0, out);
  write_text(command.details, out);
  if (!command.options.empty()) {
    out += "\nOptions:\n";
    write_options(command.options, out);
  }
  out += "\nOptions of all commands:\n";
  write_options(global_options(), out);
  write_text(json_sentence(command), out);
  out += "\nExamples:\n";
  for (const auto& item : command.examples)
    out += fmt::format("  {}\n      {}\n", item.line, item.what);
  return out;
}

} // namespace troupe::shell
