#pragma once

#include "actors/dialer.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troupe::simulation {

/// A node of the simulated cluster: a process that dials (or is dialed).
using node_number = uint32_t;

/// The simulator itself, which is no node.
constexpr node_number nobody = 0;

/// How long messages travel, and which share of them is lost.
struct weather {
  duration delay_min = std::chrono::microseconds{50};
  duration delay_max = std::chrono::microseconds{200};
  double slow_share = 0; ///< Of messages that take up to `slow_max`.
  duration slow_max = std::chrono::milliseconds{50};
  double loss_share = 0; ///< Of single messages, where `may_be_lost` allows.
};

/// What happens on the wires, for whoever writes the trace or checks.
struct wire_message {
  node_number from = 0;
  node_number to = 0;
  const caf::strong_actor_ptr& receiver; ///< The actor behind the proxy.
  const caf::strong_actor_ptr& sender;   ///< The actor that sent, or none.
  const caf::message& content;
};

struct network_hooks {
  /// A message leaves its node.
  std::function<void(const wire_message&)> on_send;
  /// Whether a lost message of that kind is healed by the protocol.
  std::function<bool(const wire_message&)> may_be_lost;
  /// A message is lost.
  std::function<void(const wire_message&)> on_loss;
  /// What breaks the rules of the wire, and why.
  std::function<void(const std::string&)> on_violation;
  /// A line for the trace.
  std::function<void(const std::string&)> on_event;
};

/// The wires between the nodes of a cluster, all of whose actors live in one
/// actor system. Each handle that crosses is replaced by a proxy, as CAF's
/// middleman does: those in messages, those of senders and of receivers.
/// Messages of one direction of one connection keep their order. A proxy dies
/// (and its monitors are told) when the connection closes on its side or the
/// actor behind it ends.
class network {
public:
  network(caf::actor_system& system, uint64_t seed, network_hooks hooks);
  ~network();

  network(const network&) = delete;
  network& operator=(const network&) = delete;

  weather now;

  /// Returns a connected front door as `from` sees it. An open connection
  /// between the two nodes is used again.
  /// Errors: `cannot_connect` when the nodes cannot reach each other.
  result<connection> dial(node_number from, node_number to,
                          const caf::actor& front_door);

  /// While a node is unreachable nobody can dial it and it can dial nobody.
  void set_reachable(node_number node, bool reachable);

  /// Closes all connections of a node; both sides are told, each after a
  /// random time of at most `told_within`.
  void cut(node_number node, duration told_within);

  /// The process of a node ended. `silently`: no peer is told.
  void end_node(node_number node, bool silently);

  /// From now on nothing that the node sends (or, without `outgoing`, that it
  /// is sent) arrives. Nobody is told.
  void silence(node_number node, bool outgoing, bool is_silent);

  /// When the next message arrives, if any is under way.
  std::optional<time_point> next_arrival() const;

  /// Delivers everything that arrives until then.
  void deliver_until(time_point now);

  /// Returns the actor behind a proxy, or `x` itself; none if that is dead.
  static caf::strong_actor_ptr behind(const caf::strong_actor_ptr& x);

  /// Messages under way.
  size_t in_flight() const {
    return queue_.size();
  }

  uint64_t lost() const {
    return lost_;
  }

private:
  friend class proxy;

  /// One end of a connection: what a node sees of its peer.
  struct side {
    node_number viewer = 0;
    node_number peer = 0;
    bool open = true;
    time_point last_arrival{}; ///< Of what was sent from here.
    std::map<caf::actor_id, caf::strong_actor_ptr> proxies; ///< By target.
  };

  /// A connection; its sides refer to each other by position.
  struct wire {
    uint64_t id = 0;
    std::array<side, 2> sides;
  };

  struct arrival {
    uint64_t wire = 0;
    size_t to_side = 0;
    caf::strong_actor_ptr receiver;
    caf::strong_actor_ptr sender;
    caf::message_id mid;
    caf::message content;
    std::function<void()> action; ///< Instead of a message.
  };

  wire* find(uint64_t id);
  wire* find_open(node_number a, node_number b);
  caf::strong_actor_ptr view(wire& of, size_t viewer,
                             const caf::strong_actor_ptr& target);
  caf::strong_actor_ptr translate(wire& of, size_t from,
                                  const caf::strong_actor_ptr& handle);
  caf::message translate(wire& of, size_t from, caf::message content);
  void send(uint64_t wire_id, size_t from, const caf::strong_actor_ptr& target,
            caf::mailbox_element& what);
  void target_ended(uint64_t wire_id, size_t viewer, caf::actor_id target,
                    const caf::error& why);
  void close(uint64_t wire_id, size_t at);
  void forget_closed(uint64_t wire_id);
  void after(duration wait, std::function<void()> action);
  time_point arrival_time(side& from);
  time_point true_now() const;

  caf::actor_system& system_;
  std::unique_ptr<random_source> random_;
  network_hooks hooks_;
  std::map<uint64_t, std::unique_ptr<wire>> wires_;
  uint64_t last_wire_ = 0;
  std::multimap<time_point, arrival> queue_;
  std::map<node_number, bool> unreachable_;
  std::map<std::pair<node_number, bool>, bool> silent_;
  uint64_t lost_ = 0;
  std::shared_ptr<network*> alive_; ///< For what outlives the network.
};

} // namespace troupe::simulation
