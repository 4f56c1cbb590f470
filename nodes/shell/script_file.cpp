#include "nodes/shell/script_file.hpp"

#include "nodes/shell/script_parser.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace troupe::shell {

namespace {

/// How often a wait for bytes looks whether it was interrupted.
constexpr int poll_interval_ms = 100;

} // namespace

outcome<std::string> read_script(int descriptor,
                                 const std::function<bool()>& interrupted) {
  std::string out;
  std::array<char, 16'384> buffer{};
  for (;;) {
    if (interrupted && interrupted())
      return refuse("interrupted", exit_code::detached);
    pollfd wanted{descriptor, POLLIN, 0};
    if (::poll(&wanted, 1, poll_interval_ms) <= 0)
      continue;
    auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
      continue;
    if (got < 0)
      return refuse(std::strerror(errno));
    if (got == 0)
      return out;
    out.append(buffer.data(), static_cast<size_t>(got));
    if (out.size() > script_bytes_max)
      return refuse_usage(fmt::format("the script is longer than {} KiB",
                                      script_bytes_max / 1024));
  }
}

outcome<std::string> read_script(const std::string& path,
                                 const std::function<bool()>& interrupted) {
  // Without waiting for somebody who opens the other end of a FIFO.
  auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return refuse(fmt::format("cannot open {}: {}", quote_text(path),
                              std::strerror(errno)));
  auto out = read_script(descriptor, interrupted);
  ::close(descriptor);
  if (!out)
    return refuse(
      fmt::format("cannot read {}: {}", quote_text(path), out.error().text),
      out.error().code);
  return out;
}

std::string path_beside(const std::string& name, const std::string& path) {
  auto slash = name.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos)
    return path;
  return name.substr(0, slash + 1) + path;
}

} // namespace troupe::shell
