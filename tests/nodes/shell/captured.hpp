#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace troupe::shell {

/// A file in memory: a descriptor that takes output, and what it took.
class captured {
public:
  captured() : descriptor_(::memfd_create("captured", MFD_CLOEXEC)) {
    // nop
  }

  ~captured() {
    ::close(descriptor_);
  }

  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;

  int descriptor() const {
    return descriptor_;
  }

  std::string text() const {
    std::string out;
    char buffer[4096];
    off_t at = 0;
    for (;;) {
      auto got = ::pread(descriptor_, buffer, sizeof(buffer), at);
      if (got <= 0)
        return out;
      out.append(buffer, static_cast<size_t>(got));
      at += got;
    }
  }

private:
  int descriptor_ = -1;
};

} // namespace troupe::shell
