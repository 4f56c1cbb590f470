#include "nodes/shell/help_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr size_t columns = 80;
constexpr size_t option_indent = 26;

/// Appends `text` word by word; lines but the first begin with `indent`
/// blanks, and the first one starts at column `at`.
void wrap(std::string_view text, size_t indent, size_t at, std::string& out) {
  while (!text.empty()) {
    auto end = text.find(' ');
    auto word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (at > indent && at + 1 + word.size() > columns) {
      out += '\n';
      out.append(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
  }
  out += '\n';
}

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

void write_paragraphs(std::string_view text, std::string& out) {
  while (!text.empty()) {
    auto end = text.find("\n\n");
    out += '\n';
    wrap(text.substr(0, end), 0, 0, out);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
}

} // namespace

std::string usage_line(const command_spec& command) {
  auto line = fmt::format("usage: troupe {}", command.name);
  if (!command.positional.empty())
    line += fmt::format(" {}", command.positional);
  return line + " [OPTION...]\n";
}

std::string help_text() {
  std::string out = "usage: troupe [OPTION...] COMMAND [ARGUMENT...]\n\n"
                    "Runs jobs on a Troupe cluster.\n";
  for (const auto& group : command_groups()) {
    out += fmt::format("\n{}:\n", group.title);
    for (const auto& command : group.commands)
      write_row(command.name, command.summary, 14, out);
  }
  out += "\nOptions of all commands:\n";
  write_options(global_options(), out);
  out += "\nExit codes: 0 done, 1 job failed or refused, 2 wrong command line, "
         "3 cannot\nconnect, 124 --timeout is over, 130 detached by Ctrl-C.\n"
         "\nSee `troupe help COMMAND` for one command.\n";
  return out;
}

std::string help_text(const command_spec& command) {
  auto out = usage_line(command);
  out += '\n';
  wrap(std::string{command.summary} + ".", 0, 0, out);
  write_paragraphs(command.details, out);
  if (!command.options.empty()) {
    out += "\nOptions:\n";
    write_options(command.options, out);
  }
  out += "\nOptions of all commands:\n";
  write_options(global_options(), out);
  out += "\nExamples:\n";
  for (const auto& item : command.examples)
    out += fmt::format("  {}\n      {}\n", item.line, item.what);
  return out;
}

} // namespace troupe::shell
