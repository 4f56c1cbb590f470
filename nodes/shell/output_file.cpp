#include "nodes/shell/output_file.hpp"

#include "nodes/shell/text_output.hpp"
#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace troupe::shell {

namespace {

tl::unexpected<error> cannot_write(const std::string& name, int reason) {
  return fail(errc::file_error,
              fmt::format("cannot write {}: {}", name, std::strerror(reason)));
}

int write_parts(int descriptor, std::span<const std::string_view> parts) {
  for (auto part : parts)
    if (auto reason = write_fully(descriptor, part); reason != 0)
      return reason;
  return 0;
}

/// Makes an empty file beside `path`. @returns its descriptor, or -1.
int make_beside(const std::string& path, std::string& name) {
  name = path + ".XXXXXX";
  return ::mkostemp(name.data(), O_CLOEXEC);
}

unsigned default_mode() {
  // There is no way to ask for the mask without setting it.
  auto mask = ::umask(0);
  ::umask(mask);
  return 0666u & ~mask;
}

} // namespace

result<output_file> output_file::prepare(const std::string& path) {
  output_file out;
  out.name_ = quote_text(path);
  out.path_ = path;
  out.mode_ = default_mode();
  if (path.empty())
    return cannot_write(out.name_, ENOENT);
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return cannot_write(out.name_, EISDIR);
    if (::access(path.c_str(), W_OK) != 0)
      return cannot_write(out.name_, errno);
    out.regular_ = S_ISREG(info.st_mode);
    out.mode_ = info.st_mode & 07777u;
    char resolved[PATH_MAX];
    if (out.regular_ && ::realpath(path.c_str(), resolved) != nullptr)
      out.path_ = resolved;
  } else if (errno != ENOENT) {
    return cannot_write(out.name_, errno);
  }
  if (!out.regular_)
    return out;
  std::string beside;
  auto descriptor = make_beside(out.path_, beside);
  if (descriptor < 0)
    return cannot_write(out.name_, errno);
  ::close(descriptor);
  ::unlink(beside.c_str());
  return out;
}

result<void> output_file::write(std::span<const std::string_view> parts) const {
  if (!regular_)
    return write_directly(parts);
  std::string beside;
  auto descriptor = make_beside(path_, beside);
  if (descriptor < 0)
    return cannot_write(name_, errno);
  auto reason = write_parts(descriptor, parts);
  if (reason == 0 && ::fchmod(descriptor, mode_) != 0)
    reason = errno;
  // Some file systems tell only here that the disk is full.
  if (::close(descriptor) != 0 && reason == 0)
    reason = errno;
  if (reason == 0 && std::rename(beside.c_str(), path_.c_str()) != 0)
    reason = errno;
  if (reason == 0)
    return {};
  ::unlink(beside.c_str());
  return cannot_write(name_, reason);
}

result<void>
output_file::write_directly(std::span<const std::string_view> parts) const {
  auto descriptor = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0)
    return cannot_write(name_, errno);
  auto reason = write_parts(descriptor, parts);
  if (::close(descriptor) != 0 && reason == 0)
    reason = errno;
  if (reason != 0)
    return cannot_write(name_, reason);
  return {};
}

} // namespace troupe::shell
