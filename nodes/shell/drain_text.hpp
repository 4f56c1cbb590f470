#pragma once

#include "runtime/wire/messages.hpp"

#include <chrono>
#include <string>

/// Nodes that people take out of work, as text, and when one is empty.
namespace troupe::shell {

/// Returns whether a node that is drained holds nothing any more. What it says
/// of itself counts only if it said so a while after the drain began: what was
/// granted right before may still have been on its way.
/// @param since How long ago the drain was answered.
bool is_empty(const node_info& node, std::chrono::microseconds since);

/// Returns what a drained node still holds: `2 tasks run, 3 leases wait`.
std::string holdings(const node_info& node);

/// Returns what a cordoned node gets, for people.
std::string cordon_text(const node_info& node);
std::string uncordon_text(const node_info& node);
std::string drain_text(const node_info& node, std::chrono::milliseconds grace);
std::string drained_text(const node_info& node);

} // namespace troupe::shell
