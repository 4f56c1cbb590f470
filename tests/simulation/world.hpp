#pragma once

#include "actors/client_session.hpp"
#include "nodes/embed/roles.hpp"
#include "runtime/base/random.hpp"
#include "tests/simulation/network.hpp"
#include "tests/simulation/skewed_clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduled_actor.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace troupe::simulation {

struct world_config : caf::actor_system_config {
  world_config();
};

/// A broken invariant, with the time at which it was seen.
struct violation {
  std::string what;
};

/// A message that an actor is about to handle.
struct delivery {
  node_number node = 0;
  caf::scheduled_actor* actor = nullptr;
  const caf::mailbox_element* what = nullptr;
};

/// A cluster in one actor system: which actors make up which node, whose turn
/// it is, and what time it is. All choices come from the seed.
class world {
public:
  /// @param trace Where every message and event goes; none: nowhere.
  world(uint64_t seed, std::ostream* trace);
  ~world();

  world(const world&) = delete;
  world& operator=(const world&) = delete;

  // -- nodes ------------------------------------------------------------------

  /// Begins a process; what `start` spawns, and whatever that spawns, is it.
  node_number start_node(const std::string& name,
                         const std::function<void(node_number)>& start);

  /// Ends a process: all of its actors at once.
  /// @param silently Its peers are not told.
  void end_node(node_number node, bool silently,
                const std::vector<caf::actor>& roots);

  /// Until then none of the node's actors runs.
  void freeze(node_number node, duration time);

  /// From now on the node's clock runs so many times as fast as true time.
  void set_clock_rate(node_number node, double rate);

  bool is_up(node_number node) const;
  const std::string& name_of(node_number node) const;

  /// Returns how a node reaches the coordinator.
  std::shared_ptr<dialer> dialer_of(node_number node);

  void set_front_door(node_number node, caf::actor door);

  // -- time -------------------------------------------------------------------

  time_point now() const;

  /// What the clock of the running node shows.
  time_point shown_now() const;

  /// Since the world began.
  duration age() const;

  /// Calls something at a time, in no node's context.
  void at(time_point when, std::function<void()> what);

  /// Lets everything happen until then, or until something is violated.
  void run_for(duration time);

  /// Lets the actors that were told to end do so, whatever was violated.
  void shut_down();

  /// The node whose actor runs.
  node_number running() const {
    return scheduler_.clock().reader;
  }

  /// Ends the running node as soon as its actor returns; nothing leaves it any
  /// more.
  void doom_running_node();

  // -- what is seen -----------------------------------------------------------

  /// Called before each message that an actor handles, and for each message
  /// that leaves a node.
  std::function<void(const delivery&)> on_delivery;
  std::function<void(const wire_message&)> on_send;
  /// Whether a message may be lost because the protocol heals that.
  std::function<bool(const wire_message&)> may_be_lost;
  std::function<void(node_number)> on_doom;

  void violated(const std::string& what);
  const std::vector<violation>& violations() const {
    return violations_;
  }

  /// Adds a line to the trace.
  void note(const std::string& line);
  bool tracing() const {
    return trace_ != nullptr;
  }

  uint64_t steps() const {
    return steps_;
  }

  uint64_t pick(uint64_t below);
  bool chance(double share);
  duration pick_time(duration from, duration to);

  caf::actor_system& system() {
    return system_;
  }

  network& wires() {
    return *network_;
  }

  random_source& random() {
    return *random_;
  }

private:
  struct process {
    std::string name;
    bool up = true;
    time_point frozen_until{};
  };

  bool run_one();
  bool may_run(caf::resumable* job) const;
  node_number node_of(caf::actor_id id) const;
  void own_new_actors(node_number node);
  void trace_delivery(const delivery& what);
  std::string describe(const caf::type_erased_tuple& content) const;
  std::string label_of(const caf::strong_actor_ptr& who) const;
  std::optional<time_point> next_event() const;
  void advance_to(time_point when);

  world_config config_;
  caf::actor_system system_;
  skewed_scheduler& scheduler_;
  std::ostream* trace_;
  std::unique_ptr<random_source> random_;
  std::unique_ptr<network> network_;
  std::vector<process> nodes_;                  ///< By number.
  std::map<caf::actor_id, node_number> owners_; ///< By last id of a run of ids.
  caf::actor_id owned_ = 0;
  std::vector<node_number> doomed_;
  std::multimap<time_point, std::function<void()>> script_;
  std::vector<violation> violations_;
  time_point began_{};
  uint64_t steps_ = 0;
  uint64_t steps_now_ = 0; ///< Without time passing.
  node_number lead_ = 0;
  caf::actor front_door_;
};

} // namespace troupe::simulation
