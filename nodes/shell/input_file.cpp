#include "nodes/shell/input_file.hpp"

#include "runtime/base/escape.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace troupe::shell {

namespace {

/// How often a wait for bytes looks whether it was interrupted.
constexpr int poll_interval_ms = 100;

tl::unexpected<error> cannot_read(std::string_view name, int reason) {
  return fail(errc::file_error,
              fmt::format("cannot read {}: {}", name, std::strerror(reason)));
}

} // namespace

result<void> check_readable(const std::string& path) {
  if (path == "-")
    return {};
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return cannot_read(quote_text(path), errno);
  if (S_ISDIR(info.st_mode))
    return cannot_read(quote_text(path), EISDIR);
  if (::access(path.c_str(), R_OK) != 0)
    return cannot_read(quote_text(path), errno);
  return {};
}

input_file::input_file(std::string path, const std::atomic<bool>* interrupted)
  : path_(std::move(path)),
    name_(path_ == "-" ? "the standard input" : quote_text(path_)),
    interrupted_(interrupted) {
  // nop
}

input_file::~input_file() {
  if (descriptor_ > STDIN_FILENO)
    ::close(descriptor_);
}

result<void> input_file::open() {
  if (path_ == "-") {
    descriptor_ = STDIN_FILENO;
  } else {
    if (auto ok = check_readable(path_); !ok)
      return ok;
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  }
  struct stat info {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &info) != 0)
    return cannot_read(name_, errno);
  may_block_ = !S_ISREG(info.st_mode);
  return {};
}

result<void> input_file::await_bytes() const {
  for (;;) {
    pollfd wanted{descriptor_, POLLIN, 0};
    auto ready = ::poll(&wanted, 1, poll_interval_ms);
    if (ready > 0)
      return {};
    if (ready < 0 && errno != EINTR)
      return cannot_read(name_, errno);
    if (interrupted_ != nullptr && interrupted_->load())
      return fail(errc::timed_out,
                  fmt::format("reading {} was interrupted", name_));
  }
}

result<size_t> input_file::read(size_t most, std::string& out) {
  auto before = out.size();
  if (may_block_)
    if (auto ok = await_bytes(); !ok)
      return tl::unexpected{std::move(ok.error())};
  out.resize(before + most);
  ssize_t got = 0;
  do {
    got = ::read(descriptor_, out.data() + before, most);
  } while (got < 0 && errno == EINTR);
  auto reason = errno;
  out.resize(before + (got > 0 ? static_cast<size_t>(got) : 0));
  if (got < 0)
    return cannot_read(name_, reason);
  return static_cast<size_t>(got);
}

} // namespace troupe::shell
