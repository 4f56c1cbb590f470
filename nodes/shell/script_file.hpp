#pragma once

#include "nodes/shell/failure.hpp"

#include <functional>
#include <string>

namespace troupe::shell {

/// Reads the text of a script, at most `script_bytes_max`.
/// @param interrupted Asked while a pipe or terminal has nothing to read; may
///                    be empty.
/// Failures: `failed` if it cannot be read, `usage` if it is too long, and
/// `detached` when interrupted.
outcome<std::string> read_script(const std::string& path,
                                 const std::function<bool()>& interrupted);
outcome<std::string> read_script(int descriptor,
                                 const std::function<bool()>& interrupted);

/// Returns where a script finds another one: beside itself.
/// @param name Of the script, as given to `source` or `-f`.
std::string path_beside(const std::string& name, const std::string& path);

} // namespace troupe::shell
