#include "nodes/shell/text_output.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace troupe::shell {

namespace {

constexpr size_t buffer_bytes_max = size_t{64} * 1024;

} // namespace

int write_fully(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody made our terminal non-blocking.
      pollfd wanted{descriptor, POLLOUT, 0};
      ::poll(&wanted, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

result<void> check_written(int reason) {
  if (reason == 0 || reason == EPIPE)
    return {};
  return fail(errc::file_error,
              fmt::format("cannot write to stdout: {}", std::strerror(reason)));
}

void text_output::write(std::string_view text) {
  if (buffer_.size() + text.size() <= buffer_bytes_max) {
    buffer_ += text;
    return;
  }
  write_buffer();
  write_through(text);
  write_copy(text);
}

void text_output::write(std::string_view text, std::string_view copy) {
  write_buffer();
  write_through(text);
  write_copy(copy);
}

result<void> text_output::flush() {
  write_buffer();
  return check_written(problem_);
}

void text_output::write_buffer() {
  write_through(buffer_);
  write_copy(buffer_);
  buffer_.clear();
}

void text_output::write_through(std::string_view text) {
  if (problem_ == 0)
    problem_ = write_fully(descriptor_, text);
}

void text_output::write_copy(std::string_view text) {
  // Whoever wanted it may be gone, which is not the command's problem.
  if (copy_ >= 0 && write_fully(copy_, text) != 0)
    copy_ = -1;
}

} // namespace troupe::shell
