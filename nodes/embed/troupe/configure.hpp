#pragma once

#include <caf/fwd.hpp>

#include <cstddef>

namespace troupe {

/// Prepares a host's config: registers Troupe's message types, loads CAF's
/// middleman and sets what section "CAF rules" of the architecture document
/// demands. Call it once, before the `actor_system` is made.
/// @param threads Scheduler threads; 0: half of the cores, at least one.
void configure(caf::actor_system_config& config, size_t threads = 0);

/// Returns whether `configure` was called on the system's config.
bool is_configured(const caf::actor_system& system);

} // namespace troupe
