#pragma once

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/invocation.hpp"
#include "nodes/shell/surroundings.hpp"

namespace troupe::shell {

/// `troupe` without a command on a terminal: reads lines and runs them until
/// its user leaves.
/// @param call Global options, for all commands that are typed.
exit_code run_interactive(const invocation& call, const surroundings& where);

} // namespace troupe::shell
