#pragma once

#include "nodes/daemon/options.hpp"

#include <cstdint>
#include <vector>

namespace troupe {

/// Says what those options came to that leave something to the host.
/// @param given As the options were given.
/// @param cores, ram_bytes Of the host.
std::vector<config_value> effective_values(std::vector<config_value> given,
                                           const node_options& options,
                                           uint32_t cores, uint64_t ram_bytes);

} // namespace troupe
