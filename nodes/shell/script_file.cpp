#include "nodes/shell/script_file.hpp"

#include "nodes/shell/script_parser.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace troupe::shell {

result<std::string> read_script(int descriptor) {
  std::string out;
  std::array<char, 16'384> buffer{};
  for (;;) {
    auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail(errc::file_error, std::strerror(errno));
    if (got == 0)
      return out;
    out.append(buffer.data(), static_cast<size_t>(got));
    if (out.size() > script_bytes_max)
      return fail(errc::bad_usage, fmt::format("the script is longer than {} "
                                               "KiB",
                                               script_bytes_max / 1024));
  }
}

result<std::string> read_script(const std::string& path) {
  auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(errc::file_error,
                fmt::format("cannot open {}: {}", quote_text(path),
                            std::strerror(errno)));
  auto out = read_script(descriptor);
  ::close(descriptor);
  if (!out)
    return fail(
      errc::file_error,
      fmt::format("cannot read {}: {}", quote_text(path), out.error().text));
  return out;
}

std::string path_beside(const std::string& name, const std::string& path) {
  auto slash = name.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos)
    return path;
  return name.substr(0, slash + 1) + path;
}

} // namespace troupe::shell
