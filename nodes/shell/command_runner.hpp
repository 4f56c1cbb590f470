#pragma once

#include <string>
#include <vector>

namespace troupe::shell {

/// How a command ended.
struct command_end {
  int code = 0;       ///< Its exit code.
  std::string output; ///< What it printed, unless that was shown.
};

/// Runs the commands of a script or of the prompt.
class command_runner {
public:
  virtual ~command_runner() = default;

  /// Runs `troupe ARGS...`. With `show` its output goes where that of the
  /// caller goes, else it is returned.
  virtual command_end run(const std::vector<std::string>& args, bool show) = 0;
};

} // namespace troupe::shell
