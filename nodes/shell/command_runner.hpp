#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::shell {

/// More of a command's output is not kept, and no variable is longer.
constexpr size_t command_output_bytes_max = size_t{16} * 1024 * 1024;

/// How a command ended.
struct command_end {
  int code = 0;       ///< Its exit code, 128 + N if signal N ended it.
  std::string output; ///< A copy of what it wrote to stdout; what is beyond
                      ///< `command_output_bytes_max` is cut.
  std::string problem = {}; ///< What its caller has to say about it, as that
                            ///< stdout is full; mostly nothing.
};

/// Runs the commands of a script or of the prompt.
class command_runner {
public:
  virtual ~command_runner() = default;

  /// Runs `troupe ARGS...` until it ends. With `show` its output goes also to
  /// where that of the caller goes.
  virtual command_end run(const std::vector<std::string>& args, bool show) = 0;
};

} // namespace troupe::shell
