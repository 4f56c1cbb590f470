#pragma once

#include "actors/agent_about.hpp"
#include "actors/dialer.hpp"
#include "actors/greeting.hpp"
#include "actors/worker.hpp"
#include "nodes/embed/coordinator_directory.hpp"
#include "nodes/embed/worker_directory.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/policy/failure_detector.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>

/// What assembles actors into the roles of a node, in the order in which they
/// need each other. `trouped` and `local_cluster` both use it.
namespace troupe {

struct coordinator_role_options {
  std::string cluster = "default";
  node_info own_node;
  uint64_t term = 1; ///< Larger than in any earlier run.
  uint64_t seed = 0;
  size_t memory_bytes_max = limits::gib;
  uint64_t max_dead = limits::max_dead_default;
  uint64_t finished_jobs_kept = limits::finished_jobs_kept;
  std::chrono::milliseconds finished_job_age_max = limits::finished_job_age_max;
  detector_settings detection;
  size_t input_bytes_max = limits::input_bytes_max;
  size_t result_bytes_max = limits::result_bytes_max;
  size_t job_result_bytes_max = limits::job_result_bytes_max;
  /// By which policy tasks get their workers unless their job names one; empty:
  /// the scheduler's own choice.
  std::string placement;
  const wall_clock* wall = &system_wall_clock(); ///< For deadlines and ages.
  std::shared_ptr<logger> log;
  bool faults = false; ///< Clients may break things on purpose.
  bool control = true; ///< Clients may restart and stop actors, spawn, send.
  agent_about about;   ///< What people are told; the role completes it.
  /// See `coordinator_directory`.
  std::function<void(const caf::actor&)> on_front_door;
  /// Called in a supervisor's context when its actors crash again and again:
  /// the role has ended, the node should.
  std::function<void(const error&)> on_gave_up;
};

/// The actors of a coordinator, below a supervisor. They live until `stop`.
struct coordinator_role {
  supervisor_actor root;
  std::shared_ptr<const coordinator_directory> directory;

  void stop() const;
};

/// Starts the tree of a coordinator; `await_start` waits until it is up.
coordinator_role start_coordinator(caf::actor_system& system,
                                   const coordinator_role_options& options);

struct worker_role_options {
  worker_options worker;
  std::shared_ptr<dialer> dial;
  std::string cluster = "default";
  std::chrono::milliseconds heartbeat_interval =
    limits::heartbeat_interval_default;
  uint64_t seed = 0;
  bool faults = false; ///< Clients may break things on purpose.
  bool control = true; ///< Clients may restart and stop actors, spawn, send.
  agent_about about;   ///< What people are told; the role completes it.
  std::function<void(const error&)> on_refused; ///< See `uplink_options`.
  std::function<void(const error&)> on_gave_up; ///< As of a coordinator.
};

/// The actors of a worker, below a supervisor. They live until `stop`.
struct worker_role {
  supervisor_actor root;
  std::shared_ptr<const worker_directory> directory;

  void stop() const;
};

/// Starts the tree of a worker; it joins when it finds its coordinator.
worker_role start_worker(caf::actor_system& system,
                         const worker_role_options& options);

/// The words for a role whose root gave up.
error too_many_restarts(const supervision_report& what);

/// Waits until a role that was stopped has ended, at most
/// `limits::role_stop_timeout`. Blocks the calling thread.
void await_end(caf::actor_system& system, const supervisor_actor& root);

/// Waits until all actors of a role are up. Blocks the calling thread, which
/// must not be an actor's. Errors: `start_failed`, `timed_out`.
result<void> await_start(caf::actor_system& system,
                         const supervisor_actor& root);

} // namespace troupe
