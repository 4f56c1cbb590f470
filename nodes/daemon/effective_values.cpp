#include "nodes/daemon/effective_values.hpp"

#include "runtime/base/units.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace troupe {

namespace {

/// Returns what the value of a key came to, or nothing if it says so itself.
std::string meaning(std::string_view key, const node_options& options,
                    uint32_t cores, uint64_t ram_bytes) {
  const auto& work = options.worker;
  auto slots = work.slots == 0 ? cores : work.slots;
  if (key == "node.name")
    return options.node.name;
  if (key == "node.join" && options.node.join.empty())
    return options.node.roles.coordinator ? "itself" : "";
  if (key == "node.threads" && options.node.threads == 0)
    return std::to_string(std::max(1u, cores / 2));
  if (key == "coordinator.memory" && options.coordinator.memory.bytes == 0)
    return format_bytes(options.coordinator.memory.resolve(ram_bytes));
  if (key == "worker.slots")
    return std::to_string(slots);
  if (key == "worker.cpus" && work.cpus == 0)
    return std::to_string(slots);
  if (key == "worker.memory" && work.memory == 0)
    return format_bytes(ram_bytes);
  return {};
}

} // namespace

std::vector<config_value> effective_values(std::vector<config_value> given,
                                           const node_options& options,
                                           uint32_t cores, uint64_t ram_bytes) {
  for (auto& x : given) {
    x.means = meaning(x.key, options, cores, ram_bytes);
    if (x.means == x.value)
      x.means.clear();
  }
  return given;
}

} // namespace troupe
