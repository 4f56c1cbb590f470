#pragma once

#include "nodes/shell/command_runner.hpp"

#include <string>
#include <vector>

namespace troupe::shell {

/// Runs each command as a process of its own, so that whatever it does, it ends
/// without its caller. On a terminal it is the foreground process group, so
/// that Ctrl-C is for the command; a SIGINT for the caller is passed on to it,
/// and then its exit code counts as 130.
///
/// Shown output on a terminal is written by the command itself (colors, bars,
/// full screens); the copy comes by a further descriptor.
class command_process : public command_runner {
public:
  /// @param program Its path; this program's own if it is empty.
  /// @param out Descriptor for what is shown.
  explicit command_process(std::string program = {}, int out = 1);

  command_end run(const std::vector<std::string>& args, bool show) override;

private:
  std::string program_;
  int out_ = 1;
};

} // namespace troupe::shell
