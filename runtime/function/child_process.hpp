#pragma once

#include "runtime/base/error.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// An external command.
struct command {
  std::vector<std::string> argv; ///< The program, looked up in PATH, first.
  std::map<std::string, std::string> env; ///< Added to this process's own.
  std::optional<std::string> input;       ///< stdin; none: end of file.
  std::string cwd;                        ///< Empty: this process's own.
};

/// How a command ended.
struct command_outcome {
  int exit_code = 0; ///< Only if `signal` is 0.
  int signal = 0;    ///< That killed it, or 0.
  std::string out;   ///< stdout; cut in the middle with a mark.
  std::string err;   ///< stderr, likewise.
  double seconds = 0;
};

/// Keeps the beginning and the end of a text that may be too long.
class capped_text {
public:
  /// @param bytes_max What is kept: the first half and the last half of it.
  explicit capped_text(size_t bytes_max) : half_(bytes_max / 2) {
    // nop
  }

  void append(std::string_view bytes);

  /// Returns all, or both ends with `[... 123 bytes cut by troupe ...]` on a
  /// line of its own between them.
  std::string text() const;

private:
  size_t half_;
  uint64_t size_ = 0;
  std::string head_;
  std::string tail_; // Up to twice as long as needed, to be cut rarely.
};

/// Runs a command in a process group of its own and waits for its end; then
/// the whole group is killed, with whatever the command left running. The
/// child gets no open file but the three standard ones. Blocks.
///
/// @param output_bytes_max Of stdout and of stderr, each.
/// @param stop If it becomes true, the group gets SIGTERM within about 20 ms,
///             and SIGKILL when the command has ended or after
///             `limits::exec_stop_grace`.
/// @returns `errc::command_failed` if the command cannot be started or was
///          stopped, `errc::bad_input` if it cannot be one (empty, zero bytes).
result<command_outcome> run_command(const command& what,
                                    size_t output_bytes_max,
                                    const std::atomic<bool>* stop);

} // namespace troupe
