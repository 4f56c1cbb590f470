#include "nodes/shell/user_folders.hpp"

#include "nodes/shell/text_output.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe::shell {

namespace {

constexpr mode_t folder_mode = 0700;
constexpr int links_max = 40; ///< As Linux.

tl::unexpected<error> cannot(const char* what, const std::string& path,
                             int reason) {
  return fail(errc::file_error,
              fmt::format("cannot {} {}: {}", what, quote_text(path),
                          std::strerror(reason)));
}

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value != nullptr ? value : "";
}

result<std::string> path_in(const char* name_of_variable,
                            std::string_view below_home,
                            std::string_view name) {
  auto base = variable(name_of_variable);
  // The specification ignores relative paths.
  if (base.empty() || base.front() != '/') {
    auto home = variable("HOME");
    if (home.empty())
      return fail(errc::file_error,
                  fmt::format("neither {} nor HOME says where your files are: "
                              "set one of the two variables",
                              name_of_variable));
    base = fmt::format("{}/{}", home, below_home);
  }
  return fmt::format("{}/troupe/{}", base, name);
}

/// Returns what a path leads to in the end, if it is a link.
std::string resolved(std::string path) {
  namespace fs = std::filesystem;
  std::error_code none;
  for (int i = 0; i < links_max && fs::is_symlink(path, none); ++i) {
    auto next = fs::read_symlink(path, none);
    path = (fs::path{path}.parent_path() / next).string();
  }
  return path;
}

} // namespace

result<std::string> config_path(std::string_view name) {
  return path_in("XDG_CONFIG_HOME", ".config", name);
}

result<std::string> state_path(std::string_view name) {
  return path_in("XDG_STATE_HOME", ".local/state", name);
}

result<void> make_folders_of(const std::string& path) {
  for (auto at = path.find('/', 1); at != std::string::npos;
       at = path.find('/', at + 1)) {
    auto folder = path.substr(0, at);
    if (::mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST)
      return cannot("make the folder", folder, errno);
  }
  return {};
}

result<std::string> read_small_file(const std::string& path, size_t bytes_max) {
  auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0 && errno == ENOENT)
    return std::string{};
  if (descriptor < 0)
    return cannot("read", path, errno);
  std::string content;
  char buffer[16'384];
  int reason = 0;
  while (content.size() <= bytes_max) {
    auto got = ::read(descriptor, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      reason = errno;
    if (got <= 0)
      break;
    content.append(buffer, static_cast<size_t>(got));
  }
  ::close(descriptor);
  if (reason != 0)
    return cannot("read", path, reason);
  if (content.size() > bytes_max)
    return cannot("read", path, EFBIG);
  return content;
}

result<void> write_private_file(const std::string& link,
                                std::string_view content) {
  auto path = resolved(link);
  if (auto ok = make_folders_of(path); !ok)
    return ok;
  auto beside = path + ".XXXXXX";
  // Of mode 0600.
  auto descriptor = ::mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0)
    return cannot("write", path, errno);
  auto reason = write_fully(descriptor, content);
  if (reason == 0 && ::fsync(descriptor) != 0)
    reason = errno;
  if (::close(descriptor) != 0 && reason == 0)
    reason = errno;
  if (reason == 0 && std::rename(beside.c_str(), path.c_str()) != 0)
    reason = errno;
  if (reason == 0)
    return {};
  ::unlink(beside.c_str());
  return cannot("write", path, reason);
}

result<folder_lock> folder_lock::take(const std::string& path) {
  if (auto ok = make_folders_of(path); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto folder = path.substr(0, path.rfind('/') + 1);
  folder_lock out{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  auto reason = out.descriptor_ < 0 ? errno : EINTR;
  while (reason == EINTR)
    reason = ::flock(out.descriptor_, LOCK_EX) == 0 ? 0 : errno;
  if (reason != 0)
    return cannot("lock the folder", folder, reason);
  return out;
}

folder_lock::folder_lock(folder_lock&& other) noexcept
  : descriptor_(std::exchange(other.descriptor_, -1)) {
  // nop
}

folder_lock::~folder_lock() {
  if (descriptor_ >= 0)
    ::close(descriptor_); // Which gives the lock back.
}

} // namespace troupe::shell
