#pragma once

#include "nodes/shell/command_table.hpp"

#include <array>
#include <span>

/// The parts of the table of commands, one file each.
namespace troupe::shell {

std::span<const command_spec> job_commands();
std::span<const command_spec> cluster_commands();
std::span<const command_spec> actor_commands();
std::span<const command_spec> shell_commands();

/// For entries without options: with a pair of braces inside, the formatter
/// gives each field a line of its own.
constexpr std::span<const option_spec> no_options;

/// What the commands of more than one entry take.
using taken_values = std::array<value_kind, 3>;
constexpr taken_values takes_job{value_kind::job};
constexpr taken_values takes_task{value_kind::task};
constexpr taken_values takes_node{value_kind::node};
constexpr taken_values takes_function{value_kind::function};
constexpr taken_values takes_command{value_kind::command};
constexpr taken_values takes_choice{value_kind::choice};
constexpr taken_values takes_choice_task{value_kind::choice, value_kind::task};
constexpr taken_values takes_choice_node_actor{
  value_kind::choice, value_kind::node, value_kind::actor};

} // namespace troupe::shell
