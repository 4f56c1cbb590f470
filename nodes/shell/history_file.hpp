#pragma once

#include "runtime/base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// The newest lines that are remembered.
constexpr size_t history_lines_max = 10'000;

/// Longer lines are not remembered.
constexpr size_t history_line_bytes_max = 64 * 1024;

/// The lines that a user typed, the oldest first, a line an entry. Several
/// shells share one file: each appends what was typed in it.
class history_file {
public:
  /// An empty path: nothing is written.
  explicit history_file(std::string path = {}) : path_(std::move(path)) {
    // nop
  }

  /// Reads the newest lines. A file that has grown to twice the limit is cut.
  /// Errors: `file_error`; then nothing is appended either.
  result<void> load();

  /// Remembers a line, unless it is empty, begins with a blank (so that
  /// secrets can be typed), or is what was typed before it.
  /// Returns whether it does. Errors: `file_error`.
  result<bool> add(std::string_view line);

  const std::vector<std::string>& lines() const {
    return lines_;
  }

private:
  result<void> append(std::string_view line) const;

  std::string path_;
  std::vector<std::string> lines_;
};

} // namespace troupe::shell
