#pragma once

#include "actors/dialer.hpp"
#include "actors/greeting.hpp"
#include "actors/worker.hpp"
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
  std::shared_ptr<logger> log;
};

/// The actors of a coordinator. They live until `stop`.
struct coordinator_role {
  caf::actor front_door;
  event_hub_actor events;
  store_actor store;
  membership_actor membership;
  scheduler_actor scheduler;
  coordinator_actor coordinator;

  void stop() const;
};

coordinator_role start_coordinator(caf::actor_system& system,
                                   const coordinator_role_options& options);

struct worker_role_options {
  worker_options worker;
  std::shared_ptr<dialer> dial;
  std::string cluster = "default";
  std::chrono::milliseconds heartbeat_interval =
    limits::heartbeat_interval_default;
  uint64_t seed = 0;
  std::function<void(const error&)> on_refused;
};

/// The actors of a worker. They live until `stop`.
struct worker_role {
  worker_actor worker;
  uplink_actor uplink;

  void stop() const;
};

worker_role start_worker(caf::actor_system& system,
                         const worker_role_options& options);

} // namespace troupe
