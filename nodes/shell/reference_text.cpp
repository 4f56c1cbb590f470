#include "nodes/shell/reference_text.hpp"

#include "nodes/shell/help_text.hpp"
#include "nodes/shell/paragraphs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace troupe::shell {

namespace {

/// Sections of the page that texts of the table name.
constexpr std::string_view sections[] = {"JSON of a job", "JSON values"};

bool is_name(char c) {
  return std::islower(static_cast<unsigned char>(c)) != 0 || c == '-'
         || c == '_';
}

/// Returns how many characters at the beginning are of a name.
size_t name_length(std::string_view text) {
  auto end = std::find_if_not(text.begin(), text.end(), is_name);
  return static_cast<size_t>(end - text.begin());
}

/// Returns the length of `{...}` at the beginning if that is JSON, else 0.
size_t json_length(std::string_view text) {
  size_t depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{')
      ++depth;
    else if (text[i] == '}')
      --depth;
    if (depth == 0)
      return text.substr(0, i).find('"') != std::string_view::npos ? i + 1 : 0;
  }
  return 0;
}

/// Returns the length of what is code at the beginning, else 0.
size_t code_length(std::string_view text, bool word_begins) {
  if (text.front() == '{')
    return json_length(text);
  if (word_begins && text.starts_with("--")) {
    auto length = name_length(text);
    return length > 2 ? length : 0;
  }
  return 0;
}

/// Returns `heading` as it is in a link to it.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (char c : heading)
    anchor += c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  return anchor;
}

/// Appends a link if `text` begins with what is one; returns its length there.
size_t write_link(std::string_view text, std::string& out) {
  constexpr std::string_view folder = "docs/";
  for (auto section : sections)
    if (text.starts_with(section)) {
      out += fmt::format("[{}](#{})", section, anchor_of(section));
      return section.size();
    }
  if (!text.starts_with(folder))
    return 0;
  auto page = folder.size() + name_length(text.substr(folder.size()));
  if (!text.substr(page).starts_with(".md"))
    return 0;
  auto path = text.substr(0, page + 3);
  out += fmt::format("[{}]({})", path, path.substr(folder.size()));
  return path.size();
}

/// Appends text that is code or that says nothing in Markdown.
void write_plain(std::string_view text, bool in_table, std::string& out) {
  for (char c : text) {
    if (c == '|' && in_table)
      out += '\\';
    out += c;
  }
}

void write_options(std::span<const option_spec> options, std::string& out) {
  out += "| option | meaning |\n| --- | --- |\n";
  for (const auto& option : options) {
    out += fmt::format("| `--{}", option.name);
    if (option.argument != argument_kind::none) {
      out += ' ';
      write_plain(option.placeholder, true, out);
    }
    out += fmt::format("` | {} |\n", markdown(option.help, true));
  }
}

void write_text(std::string_view text, std::string& out) {
  auto paragraphs = paragraphs_of(text);
  for (auto& each : paragraphs)
    each.text = markdown(each.text);
  write_paragraphs(paragraphs, out);
}

} // namespace

std::string markdown(std::string_view text, bool in_table) {
  std::string out;
  bool word_begins = true;
  while (!text.empty()) {
    size_t length = 0;
    if (text.front() == '`') {
      auto end = text.find('`', 1);
      length = end == std::string_view::npos ? 1 : end + 1;
      write_plain(text.substr(0, length), in_table, out);
    } else if ((length = code_length(text, word_begins)) > 0) {
      out += '`';
      write_plain(text.substr(0, length), in_table, out);
      out += '`';
    } else if (!word_begins || (length = write_link(text, out)) == 0) {
      length = 1;
      if (text.front() == '*' || text.front() == '<')
        out += '\\';
      write_plain(text.substr(0, 1), in_table, out);
    }
    word_begins = text[length - 1] == ' ' || text[length - 1] == '(';
    text.remove_prefix(length);
  }
  return out;
}

std::string reference_text(const command_spec& command) {
  auto out = fmt::format("### {}\n\n```text\n{}```\n\n", command.name,
                         usage_line(command).substr(7));
  write_text(std::string{command.summary} + ".", out);
  if (!command.details.empty()) {
    out += '\n';
    write_text(command.details, out);
  }
  if (!command.options.empty()) {
    out += '\n';
    write_options(command.options, out);
  }
  if (!command.json.empty()) {
    out += '\n';
    write_text(json_sentence(command), out);
  }
  out += "\n```sh\n";
  for (const auto& item : command.examples)
    out += fmt::format("# {}\n{}\n", item.what, item.line);
  return out + "```\n";
}

std::string reference_text() {
  std::string out = "## Reference: options of all commands\n\n";
  write_options(global_options(), out);
  for (const auto& group : command_groups()) {
    std::string title{group.title};
    title.front() = static_cast<char>(std::tolower(title.front()));
    out += fmt::format("\n## Reference: {}\n", title);
    for (const auto& command : group.commands)
      out += "\n" + reference_text(command);
  }
  return out;
}

} // namespace troupe::shell
