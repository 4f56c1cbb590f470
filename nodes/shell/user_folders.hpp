#pragma once

#include "runtime/base/error.hpp"

#include <string>
#include <string_view>

/// Where the shell keeps what belongs to its user, as the XDG base directory
/// specification says.
namespace troupe::shell {

/// Returns the path of a file of settings: `$XDG_CONFIG_HOME/troupe/NAME`, or
/// in `~/.config`. Errors: `file_error` if neither variable says where.
result<std::string> config_path(std::string_view name);

/// The same for what is remembered: `$XDG_STATE_HOME`, or `~/.local/state`.
result<std::string> state_path(std::string_view name);

/// Makes the folders above a file, for its user alone. Errors: `file_error`.
result<void> make_folders_of(const std::string& path);

/// Returns what is in a file of at most `bytes_max` bytes; an empty text if
/// there is none. Errors: `file_error`.
result<std::string> read_small_file(const std::string& path, size_t bytes_max);

/// Puts a file for its user alone in place, all of it or nothing.
/// Errors: `file_error`.
result<void> write_private_file(const std::string& path,
                                std::string_view content);

} // namespace troupe::shell
