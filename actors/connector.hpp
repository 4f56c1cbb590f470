#pragma once

#include "actors/dialer.hpp"
#include "actors/spawn.hpp"
#include "runtime/wire/local_messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/typed_actor.hpp>

#include <memory>

namespace troupe {

/// Whoever wants to know how a dial ended.
using dial_reader_actor = caf::typed_actor<caf::reacts_to<dialed>>;

/// A CONNECTOR dials once, sends `dialed` to `reader` and ends. Spawned with
/// `spawn_blocking`, because dialing blocks; whoever speaks with the peer
/// afterwards is another actor, since a detached actor that a peer knows can
/// keep its actor system from ending (ADR 0010).
caf::behavior connector(caf::event_based_actor* self,
                        const dial_reader_actor& reader,
                        const std::shared_ptr<dialer>& dial);

} // namespace troupe
