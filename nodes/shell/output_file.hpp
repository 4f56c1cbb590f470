#pragma once

#include "runtime/base/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace troupe::shell {

/// A file for a result: either all of the result is in it, or it is as it was
/// before. A name of something that is no regular file (`/dev/stdout`, a pipe)
/// is written to directly; a symbolic link keeps pointing where it does.
class output_file {
public:
  /// Checks that the file can be written, without changing it.
  /// Errors: `file_error` naming the path and the reason.
  static result<output_file> prepare(const std::string& path);

  /// Writes the parts one behind the other and puts the file in its place.
  /// Errors: `file_error`.
  result<void> write(std::span<const std::string_view> parts) const;

private:
  result<void> write_directly(std::span<const std::string_view> parts) const;

  std::string name_; ///< For people.
  std::string path_; ///< With links resolved.
  bool regular_ = true;
  unsigned mode_ = 0; ///< Permissions of the file.
};

} // namespace troupe::shell
