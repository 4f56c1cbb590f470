#pragma once

#include "nodes/shell/failure.hpp"
#include <troupe/client.hpp>

#include <string>
#include <string_view>
#include <vector>

/// How commands ask about nodes.
namespace troupe::shell {

/// Returns what the coordinator knows of a node. Failures: a node that never
/// was, with the nearest names.
outcome<node_info> find_node(const client& from, const std::string& name);

/// Returns the name of the coordinator's own node, or nothing if it has none.
std::string coordinator_node(const std::vector<node_info>& nodes);

/// Asks a node about itself as a whole.
/// @returns what the first of its roles answered, a JSON document.
caf::expected<std::string> ask_about(const client& from,
                                     const std::string& node,
                                     const std::string& topic,
                                     std::string text = {});

} // namespace troupe::shell
