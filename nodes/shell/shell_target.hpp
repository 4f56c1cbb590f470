#pragma once

#include "nodes/shell/contexts.hpp"
#include "nodes/shell/invocation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::shell {

/// The cluster that the commands of a prompt go to.
struct shell_target {
  std::string where;               ///< HOST:PORT.
  std::string cluster;             ///< The name that it must have.
  std::vector<std::string> others; ///< Further global options.

  /// Returns a command line for it: `words` behind global options. What the
  /// words say themselves counts.
  std::vector<std::string> command(std::vector<std::string> words) const;

  friend bool operator==(const shell_target&, const shell_target&) = default;
};

/// Returns the cluster that a command line goes to: that of its options, or
/// what the user chose with `troupe connect`, or the default. Errors: `failed`
/// if the file of contexts is broken.
outcome<context> context_of(const invocation& call);

/// Returns the same for a prompt, with its further options.
outcome<shell_target> target_of(const invocation& call);

/// Returns the target after `connect ARGS...` at the prompt was fine; nothing
/// if it stays the same.
outcome<std::optional<shell_target>> switched_target(const invocation& connect,
                                                     const shell_target& now);

} // namespace troupe::shell
