#pragma once

#include "nodes/shell/input_file.hpp"
#include "runtime/base/error.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// Where the inputs of a job come from, one by one. A file is read as it is
/// consumed and never held as a whole.
class input_source {
public:
  virtual ~input_source() = default;

  /// Returns the next input, valid until the next call, or nothing at the
  /// end.
  /// Errors: `file_error`; `input_too_large`; `timed_out` when interrupted.
  virtual result<std::optional<std::string_view>> next() = 0;

  /// Whether an input is JSON (else it is a string of any bytes).
  virtual bool is_json() const {
    return false;
  }
};

/// The lines of a file (`-`: the standard input), without their newlines. A
/// last line without one counts; a carriage return stays.
/// @param interrupted Ends a wait for bytes; may be null.
/// Errors: `file_error` when it cannot be opened.
result<std::unique_ptr<input_source>>
read_lines(const std::string& path, const std::atomic<bool>* interrupted);

/// The files in pieces of at most `chunk_bytes` that end behind a newline or
/// at the end of a file. A longer line is one piece, and files are never
/// joined, so that no line is ever cut and each byte is in exactly one piece.
/// Errors: `file_error` when one of them cannot be read; nothing was read yet.
result<std::unique_ptr<input_source>>
split_files(std::vector<std::string> paths, size_t chunk_bytes,
            const std::atomic<bool>* interrupted);

/// The paths that match a pattern (glob(7)), sorted by their bytes.
/// Errors: `file_error` when nothing matches or a folder cannot be read.
result<std::unique_ptr<input_source>> match_paths(const std::string& pattern);

/// The texts of `--input`.
std::unique_ptr<input_source> json_inputs(std::vector<std::string> texts);

} // namespace troupe::shell
