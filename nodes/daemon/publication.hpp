#pragma once

#include "runtime/base/endpoint.hpp"
#include "runtime/base/error.hpp"
#include "runtime/telemetry/log.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace troupe {

/// The port of a coordinator and the front door behind it. In our CAF a port
/// leads to the actor it was published for, also when that has ended, so a new
/// front door must take its place. Thread-safe.
class publication : public std::enable_shared_from_this<publication> {
public:
  publication(caf::actor_system& system, endpoint where, logger_ptr log);

  /// Opens the port. Blocks. Errors: `port_in_use`, naming the address.
  /// @returns the port, which the system chose if 0 was asked for.
  result<uint16_t> open(const caf::actor& front_door);

  /// Lets the port lead to another front door. Returns at once; what blocks
  /// is done by an actor of its own, again and again until the port is open.
  void replace(const caf::actor& front_door);

  /// Returns `HOST:PORT`, or `-` before it was opened. Never blocks.
  std::string address() const;

private:
  result<uint16_t> publish(const caf::actor& front_door, uint16_t port);
  bool move_to(const caf::actor& front_door);

  caf::actor_system& system_;
  const endpoint where_;
  const logger_ptr log_;
  std::mutex mutex_;
  caf::actor published_; ///< None before it was opened.
  std::atomic<uint16_t> port_ = 0;
};

} // namespace troupe
