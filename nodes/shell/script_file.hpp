#pragma once

#include "runtime/base/error.hpp"

#include <string>

namespace troupe::shell {

/// Reads the text of a script, at most `script_bytes_max`.
/// Errors: `file_error`, or `bad_usage` if it is too long.
result<std::string> read_script(const std::string& path);
result<std::string> read_script(int descriptor);

/// Returns where a script finds another one: beside itself.
/// @param name Of the script, as given to `source` or `-f`.
std::string path_beside(const std::string& name, const std::string& path);

} // namespace troupe::shell
