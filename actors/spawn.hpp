#pragma once

#include <caf/actor_system.hpp>
#include <caf/spawn_options.hpp>

#include <cstdint>
#include <utility>

namespace troupe {

/// How an actor runs that blocks (on files, connects, child processes or
/// functions of users).
enum class threading : uint8_t {
  detached,  ///< On a thread of its own: production.
  scheduled, ///< On the scheduler: tests and simulation, where a real thread
             ///< would bring back real time.
};

/// Spawns an actor that may block. Every blocking actor is spawned here.
/// @tparam Options e.g. `caf::monitored` when `where` is an actor.
/// @param where An `actor_system` or the actor that spawns.
/// @returns the handle; keep it, since monitors do not keep an actor alive.
template <caf::spawn_options Options = caf::no_spawn_options, class Spawner,
          class F, class... Ts>
auto spawn_blocking(Spawner&& where, threading how, F fun, Ts&&... xs) {
  constexpr auto with_thread = Options + caf::detached;
  auto spawn = [&](auto& spawner) {
    if (how == threading::detached)
      return spawner.template spawn<with_thread>(fun, std::forward<Ts>(xs)...);
    return spawner.template spawn<Options>(fun, std::forward<Ts>(xs)...);
  };
  if constexpr (requires { *where; })
    return spawn(*where);
  else
    return spawn(where);
}

} // namespace troupe
