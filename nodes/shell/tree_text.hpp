#pragma once

#include "nodes/shell/table.hpp"
#include "runtime/wire/messages.hpp"

#include <string>
#include <utility>
#include <vector>

namespace troupe::shell {

/// The actors of one node.
using node_tree = std::pair<std::string, supervision_tree>;

/// Returns the trees as a table, children indented below their supervisors.
table tree_table(const std::vector<node_tree>& trees);

/// Returns one actor as a JSON object on one line.
std::string actor_json(const std::string& node, const supervised& what);

} // namespace troupe::shell
