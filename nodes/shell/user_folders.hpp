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

/// Puts a file for its user alone in place, all of it or nothing. A link stays
/// one: the file that it leads to is replaced. Errors: `file_error`.
result<void> write_private_file(const std::string& path,
                                std::string_view content);

/// Keeps other processes of the user from changing a file as long as it lives.
class folder_lock {
public:
  /// Waits for others that hold the lock of the file's folder, which is made if
  /// there is none. Errors: `file_error`.
  static result<folder_lock> take(const std::string& path);

  folder_lock(folder_lock&& other) noexcept;
  folder_lock& operator=(folder_lock&&) = delete;
  ~folder_lock();

private:
  explicit folder_lock(int descriptor) : descriptor_(descriptor) {
    // nop
  }

  int descriptor_ = -1;
};

} // namespace troupe::shell
