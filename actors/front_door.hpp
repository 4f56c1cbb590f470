#pragma once

#include "runtime/telemetry/log.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/message.hpp>
#include <caf/stateful_actor.hpp>

#include <cstdint>
#include <string>

namespace troupe {

/// What the front door hands out. A new set replaces the old one: after a
/// restart of the actors behind it, send this message to the front door. It is
/// local: it never crosses a node.
struct front_door_handles {
  caf::actor coordinator;
  caf::actor scheduler;
  caf::actor membership;
  caf::actor event_hub;
};

struct front_door_options {
  std::string cluster; ///< Others must give the same name.
  uint64_t store = 0;  ///< The number of the store; no other ever has it.
  front_door_handles handles;
};

/// What a node says about itself when it knocks; every field is from outside.
struct hello {
  std::string cluster;
  std::string product_version;
  uint32_t protocol_version = 0;
  std::string node;
  uint64_t incarnation_id = 0;
};

/// The front door's state.
struct front_door_state {
  static constexpr const char* name = "front_door"; ///< Shown in logs.

  front_door_options options;
  logger_ptr log;

  /// Returns the `welcome_atom` or `refused_atom` message for a hello.
  caf::message answer(const hello& from) const;
};

/// The FRONT DOOR: the only published actor. It has no logic but the hello and
/// no typed interface, because the hello consists of built-in types for ever
/// (see `wire/messages.hpp`): a node of any version gets an answer it can read.
caf::behavior front_door(caf::stateful_actor<front_door_state>* self,
                         front_door_options options, logger_ptr log);

} // namespace troupe

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::front_door_handles)
