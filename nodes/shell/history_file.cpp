#include "nodes/shell/history_file.hpp"

#include "nodes/shell/text_output.hpp"
#include "nodes/shell/user_folders.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace troupe::shell {

namespace {

constexpr size_t file_bytes_max = size_t{64} * 1024 * 1024;

/// Without the control characters, a line of the file is one line on a screen.
bool is_one_line(std::string_view line) {
  return line.find_first_of(std::string_view{"\n\r\0", 3})
         == std::string_view::npos;
}

} // namespace

result<void> history_file::load() {
  lines_.clear();
  if (path_.empty())
    return {};
  auto content = read_small_file(path_, file_bytes_max);
  if (!content) {
    path_.clear();
    return tl::unexpected{std::move(content.error())};
  }
  std::string_view rest{*content};
  while (!rest.empty()) {
    auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (!line.empty() && line.size() <= history_line_bytes_max
        && is_one_line(line))
      lines_.emplace_back(line);
  }
  auto all = lines_.size();
  if (all > history_lines_max)
    lines_.erase(lines_.begin(),
                 lines_.end() - static_cast<std::ptrdiff_t>(history_lines_max));
  if (all < 2 * history_lines_max)
    return {};
  std::string kept;
  for (const auto& line : lines_)
    kept += line + "\n";
  return write_private_file(path_, kept);
}

result<bool> history_file::add(std::string_view line) {
  if (line.empty() || line.front() == ' ' || line.front() == '\t'
      || line.size() > history_line_bytes_max || !is_one_line(line))
    return false;
  if (!lines_.empty() && lines_.back() == line)
    return false;
  if (lines_.size() == history_lines_max)
    lines_.erase(lines_.begin());
  lines_.emplace_back(line);
  if (auto ok = append(line); !ok)
    return tl::unexpected{std::move(ok.error())};
  return true;
}

result<void> history_file::append(std::string_view line) const {
  if (path_.empty())
    return {};
  if (auto ok = make_folders_of(path_); !ok)
    return ok;
  auto descriptor =
    ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  // One write, so that lines of several shells do not mix.
  auto reason =
    descriptor < 0 ? errno : write_fully(descriptor, fmt::format("{}\n", line));
  if (descriptor >= 0)
    ::close(descriptor);
  if (reason == 0)
    return {};
  return fail(errc::file_error,
              fmt::format("cannot write {}: {}", quote_text(path_),
                          std::strerror(reason)));
}

} // namespace troupe::shell
