#pragma once

#include "nodes/shell/command_table.hpp"
#include <troupe/client.hpp>

#include <string>
#include <vector>

namespace troupe::shell {

/// Asks a cluster what may stand in a place of a command line: the numbers of
/// its newest jobs, the newest first, the names of nodes and functions, and the
/// paths of actors behind the name of their node. Returns nothing for other
/// kinds, and for what nobody answers.
std::vector<std::string> live_values(const client& coordinator,
                                     value_kind kind);

} // namespace troupe::shell
