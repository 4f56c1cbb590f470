#pragma once

#include <caf/fwd.hpp>

namespace troupe {

/// Registers every type that crosses between nodes, under the name that its
/// `inspect` gives, and how errors of category `troupe` become text. Call it
/// before the `actor_system` is made: CAF delivers a message of a type that it
/// does not know as an empty message, without a word.
void register_types(caf::actor_system_config& config);

} // namespace troupe
