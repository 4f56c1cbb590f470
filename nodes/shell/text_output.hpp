#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::shell {

/// Buffered text for a file descriptor. After the first failure nothing more
/// is written; a reader that went away (`troupe jobs | head -1`) is none.
class text_output {
public:
  /// Does not own the descriptors. `SIGPIPE` must be ignored.
  /// @param copy Gets the same text, as long as that works; -1 if nobody wants
  ///             a copy.
  explicit text_output(int descriptor, int copy = -1)
    : descriptor_(descriptor), copy_(copy) {
    // nop
  }

  void write(std::string_view text);

  /// Writes what is for a terminal only, and what the copy gets instead.
  void write(std::string_view text, std::string_view copy);

  /// Writes what is buffered.
  /// @returns the first failure so far as `errc::file_error`.
  result<void> flush();

  int descriptor() const {
    return descriptor_;
  }

  bool has_copy() const {
    return copy_ >= 0;
  }

  /// Whether nothing is written any more, be it that the reader went away.
  bool is_broken() const {
    return problem_ != 0;
  }

private:
  void write_buffer();
  void write_through(std::string_view text);
  void write_copy(std::string_view text);

  int descriptor_ = -1;
  int copy_ = -1;
  std::string buffer_;
  int problem_ = 0; ///< errno of the first failure.
};

/// Writes all bytes to a descriptor. @returns 0 or an errno.
int write_fully(int descriptor, std::string_view bytes);

/// Says what an errno of writing to stdout means, 0 being none: `file_error`,
/// unless the reader went away.
result<void> check_written(int reason);

} // namespace troupe::shell
