#pragma once

#include "nodes/shell/command_runner.hpp"

#include <string>
#include <vector>

namespace troupe::shell {

/// Runs each command as a process of its own, so that whatever it does, it ends
/// without its caller. On a terminal it is the foreground process group: Ctrl-C
/// ends the command only.
class command_process : public command_runner {
public:
  /// @param program Its path; this program's own if it is empty.
  explicit command_process(std::string program = {});

  command_end run(const std::vector<std::string>& args, bool show) override;

private:
  std::string program_;
};

} // namespace troupe::shell
