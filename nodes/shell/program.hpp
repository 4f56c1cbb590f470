#pragma once

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/surroundings.hpp"

#include <span>
#include <string>

namespace troupe::shell {

/// Runs one command line (without the program's name) and reports failures on
/// stderr. SIGINT must be blocked and SIGPIPE ignored.
exit_code run_program(std::span<const std::string> args,
                      const surroundings& where);

} // namespace troupe::shell
