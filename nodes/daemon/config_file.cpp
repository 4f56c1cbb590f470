#include "nodes/daemon/config_file.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_comment_start(char c) {
  return c == '#' || c == ';';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

std::string_view strip_comment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i)
    if (is_comment_start(line[i]) && (i == 0 || is_blank(line[i - 1])))
      return line.substr(0, i);
  return line;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

/// Returns why the line cannot be part of a text file, if so.
std::optional<std::string> find_garbage(std::string_view line) {
  if (line.size() > config_line_bytes_max)
    return fmt::format("the line has {} bytes and at most {} are allowed; "
                       "shorten it",
                       line.size(), config_line_bytes_max);
  for (auto c : line)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F)
      return fmt::format("the line holds the control character 0x{:02x}; a "
                         "config file is plain text",
                         static_cast<unsigned char>(c));
  if (!is_utf8(line))
    return "the line is not UTF-8; a config file is plain text";
  return std::nullopt;
}

/// Reads line after line; the first error ends it.
class reader {
public:
  explicit reader(std::string_view name) : name_(escape_text(name)) {
    // nop
  }

  result<void> read_line(std::string_view line) {
    ++line_;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    if (auto why = find_garbage(line))
      return refuse(*why);
    const auto content = trim(strip_comment(line));
    if (content.empty())
      return {};
    return content.front() == '[' ? read_section(content) : read_entry(content);
  }

  config_file take() {
    return std::move(file_);
  }

  tl::unexpected<error> refuse(std::string_view why) const {
    return fail(errc::bad_config, fmt::format("{}:{}: {}", name_, line_, why));
  }

private:
  result<void> read_section(std::string_view content) {
    auto section = trim(content.substr(1, content.size() - 2));
    if (content.back() != ']' || !is_word(section))
      return refuse(
        fmt::format("{} is not a section; write [NAME]", quote_text(content)));
    file_.sections.push_back({std::string{section}, line_});
    return {};
  }

  result<void> read_entry(std::string_view content) {
    const auto equals = content.find('=');
    const auto key = trim(content.substr(0, equals));
    if (equals == std::string_view::npos || !is_word(key))
      return refuse(fmt::format("{} is neither [SECTION] nor KEY = VALUE",
                                quote_text(content)));
    if (file_.sections.empty())
      return refuse(fmt::format("{} is set before the first section; put it "
                                "under a [SECTION]",
                                quote_text(key)));
    auto full = file_.sections.back().name + '.' + std::string{key};
    auto [first, added] = line_of_.emplace(full, line_);
    if (!added)
      return refuse(fmt::format("{} is set already on line {}; remove one of "
                                "the two",
                                full, first->second));
    auto value = trim(content.substr(equals + 1));
    file_.entries.push_back({std::move(full), std::string{value}, line_});
    return {};
  }

  std::string name_;
  size_t line_ = 0;
  config_file file_;
  std::map<std::string, size_t> line_of_;
};

struct file_closer {
  void operator()(std::FILE* file) const {
    std::fclose(file);
  }
};

tl::unexpected<error> too_large(std::string_view name) {
  return fail(errc::bad_config,
              fmt::format("{}: the file is larger than {} bytes; give a config "
                          "file",
                          escape_text(name), config_file_bytes_max));
}

} // namespace

result<config_file> parse_config_file(std::string_view text,
                                      std::string_view name) {
  if (text.size() > config_file_bytes_max)
    return too_large(name);
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  reader lines{name};
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (auto read = lines.read_line(text.substr(0, end)); !read)
      return tl::unexpected{read.error()};
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines.take();
}

result<std::string> read_config_file(const std::string& path) {
  auto refuse = [&path](int code) {
    return fail(errc::bad_config,
                fmt::format("cannot read the config file {}: {}",
                            quote_text(path),
                            std::generic_category().message(code)));
  };
  std::unique_ptr<std::FILE, file_closer> file{std::fopen(path.c_str(), "rbe")};
  if (!file)
    return refuse(errno);
  std::string text;
  char buffer[8192];
  while (const auto n = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, n);
    if (text.size() > config_file_bytes_max)
      return too_large(path);
  }
  // A folder opens like a file; reading it is what fails.
  if (std::ferror(file.get()) != 0)
    return refuse(errno);
  return text;
}

} // namespace troupe
