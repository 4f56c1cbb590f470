#pragma once

#include "actors/dialer.hpp"
#include "actors/greeting.hpp"
#include "actors/spawn.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"
#include "runtime/policy/retry.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>

namespace troupe {

struct uplink_options {
  std::shared_ptr<dialer> dial;
  greeting who;
  worker_actor worker;
  caf::actor agent; ///< Of this node.
  threading connects = threading::detached;
  std::chrono::milliseconds heartbeat_interval =
    limits::heartbeat_interval_default;
  uint64_t seed = 0; ///< Of the jitter between attempts, and of incarnations.
  /// Called in the uplink's context when a coordinator refuses this node for
  /// good: its name is taken, its version or cluster is another.
  std::function<void(const error&)> on_refused;
  std::shared_ptr<logger> log;
};

/// The UPLINK keeps a WORKER connected: it dials the front door, joins, and
/// starts again with backoff when the connection is lost, or one of the actors
/// on its other side. While joined it sends heartbeats, with what the worker
/// says of itself. CONNECTORS dial for it, so that it never blocks.
struct uplink_state {
  using self_pointer = uplink_actor::stateful_pointer<uplink_state>;
  static constexpr const char* name = "uplink";

  explicit uplink_state(self_pointer self_ptr)
    : self(self_ptr),
      backoff(limits::reconnect_backoff_min, limits::reconnect_backoff_max) {
    // nop
  }

  void connect();
  void connected(const dialed& what);
  void join(const connection& to, const cluster_handles& handles);
  void joined(const connection& to, const cluster_handles& handles,
              const join_reply& reply);
  /// MEMBERSHIP or SCHEDULER ended: what they knew of this node is gone. While
  /// only the scheduler is, heartbeats go on: the node is still there.
  void lost(const caf::down_msg& what);
  void detach();
  void tick();
  void pass_on(const heartbeat& what);
  /// The coordinator took this node for dead.
  void told_down(incarnation who_is_down);
  void begin_anew();
  void leave();
  void problem(const error& why);
  caf::result<bool> drain(uint64_t timeout_ms);

  self_pointer self;
  uplink_options options;
  reconnect_backoff backoff;
  std::unique_ptr<random_source> random;
  membership_actor joined_at; ///< Where heartbeats go; none: nowhere.
  scheduler_actor works_for;  ///< None while not joined.
  time_point joined_since{};
  time_point beat_at{}; ///< When the next heartbeat is due.
  bool beating = false; ///< The timer of heartbeats is armed.
  bool leaving = false;
  errc last_problem = errc::ok; ///< So that a long outage is logged once.
};

/// Creates the behavior of an UPLINK.
uplink_actor::behavior_type uplink(uplink_state::self_pointer self,
                                   uplink_options options);

} // namespace troupe
