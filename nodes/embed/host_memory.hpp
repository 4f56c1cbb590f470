#pragma once

#include "runtime/model/resources.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace troupe {

/// Returns how much memory this process can have: the RAM of its host, or what
/// its control group (a container, a systemd unit) is limited to, if that is
/// less. 0 if the host does not say.
uint64_t host_memory_bytes();

/// The same for given facts.
/// @param read Returns the text of a file below `/proc` or `/sys`, if there is
///             one.
/// Source: Documentation/admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst of
/// Linux: a limit holds for the group and for all groups below it.
uint64_t host_memory_bytes(
  uint64_t ram_bytes,
  const std::function<std::optional<std::string>(const std::string&)>& read);

/// Returns what a worker of this process offers: with 0 bytes of memory it is
/// that of the host; 0 cpus stay, they mean one for each slot.
/// Errors: `bad_usage`.
result<resource_set> complete_offers(resource_set offers);

} // namespace troupe
