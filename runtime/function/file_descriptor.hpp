#pragma once

#include <unistd.h>

#include <utility>

namespace troupe {

/// Owns an open file, pipe end or pidfd; closes it at the end.
class file_descriptor {
public:
  file_descriptor() = default;

  /// Takes what `open` and the like returned; negative means none.
  explicit file_descriptor(int fd) : fd_(fd) {
    // nop
  }

  file_descriptor(file_descriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {
    // nop
  }

  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  ~file_descriptor() {
    reset();
  }

  void reset() {
    if (fd_ >= 0)
      close(std::exchange(fd_, -1));
  }

  int get() const {
    return fd_;
  }

  explicit operator bool() const {
    return fd_ >= 0;
  }

private:
  int fd_ = -1;
};

} // namespace troupe
