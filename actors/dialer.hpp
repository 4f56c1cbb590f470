#pragma once

#include "runtime/base/endpoint.hpp"
#include "runtime/base/error.hpp"

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// What lies between two nodes. In production nothing; in the simulation both
/// ways lead through proxies that a seed controls. Every handle that leaves or
/// enters a node in a message passes it.
class link {
public:
  virtual ~link() = default;

  /// Returns how the peer sees one of our actors.
  virtual caf::actor outbound(const caf::actor& ours) = 0;

  /// Returns how we see an actor that the peer named.
  virtual caf::actor inbound(const caf::actor& theirs) = 0;
};

/// Returns a link that changes nothing.
std::shared_ptr<link> make_direct_link();

struct connection {
  caf::actor front_door;
  std::shared_ptr<link> via;
};

/// How a node reaches a coordinator's front door.
class dialer {
public:
  virtual ~dialer() = default;

  /// Connects; may block for `timeout`, so only detached actors call it.
  /// Errors: `cannot_connect` naming the addresses and the reason.
  virtual result<connection> dial(std::chrono::milliseconds timeout) = 0;

  /// Closes the connections that it made and makes no other for that time.
  /// Errors: `bad_usage` where there is nothing that could be cut.
  virtual result<void> cut(std::chrono::milliseconds time);

  /// Returns where it leads, for people.
  virtual std::string target() const = 0;
};

/// Tries the endpoints in turn over TCP. A port that does not answer is probed
/// first: CAF's own connect blocks for minutes, for all connects of a process.
std::shared_ptr<dialer> make_tcp_dialer(caf::actor_system& system,
                                        std::vector<endpoint> targets);

/// Leads to a front door in this process.
/// @param front_door Returns the current one, null while there is none.
///                   Called by any thread.
std::shared_ptr<dialer>
make_local_dialer(std::function<caf::actor()> front_door);

} // namespace troupe
