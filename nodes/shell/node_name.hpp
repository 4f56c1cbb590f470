#pragma once

#include "nodes/shell/failure.hpp"

#include <string_view>

namespace troupe::shell {

/// Checks what the command line says is the name of a node: a node with such a
/// name cannot be. Failures: `exit_code::usage`.
outcome<void> check_node_name(std::string_view name);

} // namespace troupe::shell
