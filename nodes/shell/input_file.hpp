#pragma once

#include "runtime/base/error.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::shell {

/// Checks that a path can be opened for reading and is no directory; `-`, the
/// standard input, always passes.
/// @returns `errc::file_error` naming the path and the reason.
result<void> check_readable(const std::string& path);

/// A file that is read in pieces; `-` is the standard input. Closes what it
/// opened.
class input_file {
public:
  /// @param interrupted Polled while a pipe or terminal has nothing to read;
  ///                    may be null.
  input_file(std::string path, const std::atomic<bool>* interrupted);
  ~input_file();

  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;

  /// Opens the file. Errors: `file_error`.
  result<void> open();

  /// Appends up to `most` bytes to `out`.
  /// @returns the number of bytes, 0 at the end; `errc::file_error`, or
  ///          `errc::timed_out` when interrupted.
  result<size_t> read(size_t most, std::string& out);

  /// Returns the name for people.
  const std::string& name() const {
    return name_;
  }

private:
  result<void> await_bytes() const;

  std::string path_;
  std::string name_;
  const std::atomic<bool>* interrupted_ = nullptr;
  int descriptor_ = -1;
  bool may_block_ = false; ///< Not a regular file.
};

} // namespace troupe::shell
