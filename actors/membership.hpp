#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/policy/failure_detector.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct membership_options {
  event_hub_actor events;
  store_actor store; ///< Is told which nodes are up.
  uint64_t term = 1;
  /// This node as people see it; no worker has its name unless it is part of
  /// the same process (and so of the same incarnation).
  node_info own_node;
  detector_settings detection;
  /// The last id that a worker was given. Outlives the actor: what is kept of
  /// leases names workers that are gone by their ids.
  std::shared_ptr<std::atomic<worker_id>> last_worker =
    std::make_shared<std::atomic<worker_id>>(0);
  const wall_clock* wall = &system_wall_clock(); ///< Of events.
  std::shared_ptr<logger> log;
};

/// MEMBERSHIP: which nodes there are. It judges joins, watches the workers'
/// handles and heartbeats, and tells its followers who comes and goes; it never
/// decides what runs where.
///
/// A worker of this very process is not judged by its silence: whatever stops
/// it stops the judge, too.
struct membership_state {
  using self_pointer = membership_actor::stateful_pointer<membership_state>;
  static constexpr const char* name = "membership";

  explicit membership_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  struct member {
    join_request terms;
    worker_id id = 0;
    node_state state = node_state::up;
    time_point since{};
    uint64_t up_us = 0; ///< Of a node that is gone or down.
    caf::actor_addr address;
    std::optional<failure_detector> detector; ///< None: not judged.
    heartbeat last_beat;                      ///< Without its leases.
    uint32_t leases = 0; ///< How many its last heartbeat listed.

    bool is_living() const {
      return state != node_state::gone && state != node_state::down;
    }
  };

  /// Answers a join. A living node of the same name is probed first; if it
  /// does not answer within `limits::probe_timeout` it is replaced, and at once
  /// if it is suspect. Errors: `name_taken`, `node_down` for an incarnation
  /// that was declared down.
  caf::result<join_reply> join(const join_request& what);
  void leave(incarnation who_leaves);
  /// Takes a heartbeat; one of a node that is not a member (any more) is
  /// answered with `down_atom`.
  void beat(const heartbeat& what);
  /// Judges all nodes by their silence.
  void tick();
  void note_zombies(const zombie_report& what);
  void down(const caf::down_msg& what);
  caf::result<supervision_tree> show(const show_tree& what);
  caf::result<fault_done> inject(const inject_fault& what);
  caf::result<node_answer> ask(const ask_node& what);
  /// Takes a node out of work or back in, also one that is gone. Errors:
  /// `unknown_node` for a name that was never seen.
  caf::result<node_info> cordon(const cordon_node& what);
  /// The store says which nodes people cordoned before this actor started.
  void remember_cordons(const store_cordons& what);
  void follow();
  void follow_health();
  std::vector<node_info> nodes() const;
  std::vector<function_info> functions() const;

  bool is_cordoned(const std::string& node) const;
  bool is_known(const std::string& node) const;
  caf::error no_worker_named(const std::string& node) const;
  node_info absent_info(const std::string& node) const;
  void tell_cordon(const member& who) const;
  void add_absent(std::vector<node_info>& to) const;
  std::vector<agent_actor> agents_of(const std::string& node) const;
  void show_next(const show_tree& what, std::vector<agent_actor> agents,
                 std::shared_ptr<supervision_tree> all,
                 caf::typed_response_promise<supervision_tree> promise);
  void ask_next(const ask_node& what, std::vector<agent_actor> agents,
                std::shared_ptr<node_answer> all, error last,
                caf::typed_response_promise<node_answer> promise);
  void inject_next(const inject_fault& what, std::vector<agent_actor> agents,
                   caf::typed_response_promise<fault_done> promise);
  uint64_t microseconds_since(time_point when) const;
  uint64_t age_of(const member& who) const;
  join_reply admit(const join_request& what);
  join_reply readmit(member& who, const join_request& what);
  void enter(member& who, const join_request& what);
  void remove(member& who, node_state state);
  void watch(member& who);
  void arm_timer(time_point now, duration wait);
  void suspect(member& who, bool is_suspect);
  void judge(member& who, time_point attended);
  member* find_living(incarnation id);
  node_info info_of(const std::string& node, const member& who) const;
  void probe(const join_request& what, const caf::actor& old,
             caf::typed_response_promise<join_reply> promise);
  /// Tells a follower of a worker that has just joined, with what it holds, or
  /// that was there already (`held` is null).
  void tell(const membership_follower_actor& follower, const member& who,
            const std::vector<held_lease>* held);
  void publish(event_kind kind, const std::string& node, std::string text);

  /// What people last wanted of a node, whether it is there or not.
  struct wish {
    bool cordoned = false;
    /// Of a drain: then what it still has is handed back.
    std::optional<time_point> drain_until;
  };

  self_pointer self;
  membership_options options;
  std::map<std::string, wish> wishes;    ///< By node name.
  std::map<std::string, member> members; ///< By node name, gone ones included.
  std::map<caf::actor_addr, membership_follower_actor> followers;
  std::map<caf::actor_addr, health_follower_actor> health_followers;
  local_health health;
  bool ticking = false;
  agent_actor own_agent; ///< Of the coordinator's role.
  time_point started_at{};
};

/// Creates the behavior of MEMBERSHIP.
membership_actor::behavior_type membership(membership_state::self_pointer self,
                                           membership_options options);

} // namespace troupe
