#pragma once

#include "runtime/wire/messages.hpp"

#include <string>

namespace troupe::shell {

/// Returns what a node offers to its tasks together, as a JSON object: cpus and
/// memory (bytes) always, and its named resources.
std::string offers_json(const node_info& node);

/// The same for people, without what every worker has: one cpu a slot.
std::string offers_text(const node_info& node);

} // namespace troupe::shell
