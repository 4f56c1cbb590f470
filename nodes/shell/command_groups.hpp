#pragma once

#include "nodes/shell/command_table.hpp"

#include <span>

/// The parts of the table of commands, one file each.
namespace troupe::shell {

std::span<const command_spec> job_commands();
std::span<const command_spec> cluster_commands();
std::span<const command_spec> actor_commands();
std::span<const command_spec> shell_commands();

} // namespace troupe::shell
