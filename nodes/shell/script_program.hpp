#pragma once

#include "nodes/shell/command_runner.hpp"
#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/invocation.hpp"
#include "nodes/shell/surroundings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// `troupe -f FILE`, `troupe -c TEXT` and `troupe < FILE`: runs a script.
/// SIGINT must be blocked.
/// @param call Without a command; its global options are handed on to all
///             commands of the script, its positional arguments are $1 to $9.
outcome<exit_code> run_script(const invocation& call, const surroundings& where,
                              command_runner& commands);

/// Writes what `print` prints: as it is, but printable on a terminal, since
/// values come from the cluster. A reader that went away is no failure.
outcome<void> print_text(int descriptor, std::string_view text);

/// Returns the global options of a command line, to be put before others.
std::vector<std::string> global_words(const invocation& call);

} // namespace troupe::shell
