#include "nodes/embed/roles.hpp"

#include "actors/coordinator.hpp"
#include "actors/event_hub.hpp"
#include "actors/front_door.hpp"
#include "actors/io_thread.hpp"
#include "actors/membership.hpp"
#include "actors/scheduler.hpp"
#include "actors/store.hpp"
#include "actors/uplink.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace troupe {

namespace {

template <class Handle>
void shut_down(const Handle& handle) {
  if (handle)
    caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
}

} // namespace

coordinator_role start_coordinator(caf::actor_system& system,
                                   const coordinator_role_options& options) {
  coordinator_role role;
  role.events = spawn_on_io_thread(system, event_hub, options.log);
  // Made once: what it holds outlives the STORE actor.
  std::shared_ptr<store> memory =
    make_memory_store({options.term, options.memory_bytes_max});
  // The memory store never blocks, so it needs no thread of its own.
  role.store = spawn_on_io_thread(
    system, store_process, [memory] { return memory; }, options.log);
  membership_options nodes;
  nodes.events = role.events;
  nodes.store = role.store;
  nodes.term = options.term;
  nodes.own_node = options.own_node;
  nodes.detection = options.detection;
  nodes.log = options.log;
  role.membership = system.spawn(membership, nodes);
  scheduler_options work;
  work.term = options.term;
  work.seed = options.seed;
  work.max_dead = options.max_dead;
  work.store = role.store;
  work.membership = role.membership;
  work.log = options.log;
  role.scheduler = spawn_on_io_thread(system, scheduler, work);
  coordinator_options life;
  life.store = role.store;
  life.scheduler = role.scheduler;
  life.membership = role.membership;
  life.events = role.events;
  life.input_bytes_max = options.input_bytes_max;
  life.result_bytes_max = options.result_bytes_max;
  life.job_result_bytes_max = options.job_result_bytes_max;
  life.finished_jobs_kept = options.finished_jobs_kept;
  life.finished_job_age_max = options.finished_job_age_max;
  life.log = options.log;
  role.coordinator = spawn_on_io_thread(system, coordinator, life);
  // Both follow before anybody can join: the front door does not exist yet. A
  // worker whose credit came before the news of the worker would never get
  // work.
  caf::send_as(caf::actor_cast<caf::actor>(role.scheduler), role.membership,
               follow_atom::value);
  caf::send_as(caf::actor_cast<caf::actor>(role.coordinator), role.membership,
               follow_atom::value);
  front_door_options door;
  door.cluster = options.cluster;
  door.handles = {caf::actor_cast<caf::actor>(role.coordinator),
                  caf::actor_cast<caf::actor>(role.scheduler),
                  caf::actor_cast<caf::actor>(role.membership),
                  caf::actor_cast<caf::actor>(role.events)};
  role.front_door = system.spawn(front_door, door, options.log);
  return role;
}

void coordinator_role::stop() const {
  shut_down(front_door);
  shut_down(coordinator);
  shut_down(scheduler);
  shut_down(membership);
  shut_down(store);
  shut_down(events);
}

worker_role start_worker(caf::actor_system& system,
                         const worker_role_options& options) {
  worker_role role;
  role.worker = spawn_on_io_thread(system, worker, options.worker);
  uplink_options link_terms;
  link_terms.dial = options.dial;
  link_terms.who = {options.cluster, options.worker.name,
                    options.worker.incarnation_id};
  link_terms.worker = role.worker;
  link_terms.seed = options.seed;
  link_terms.heartbeat_interval = options.heartbeat_interval;
  link_terms.on_refused = options.on_refused;
  link_terms.log = options.worker.log;
  link_terms.connects = options.worker.runners;
  role.uplink = system.spawn(uplink, link_terms);
  return role;
}

void worker_role::stop() const {
  shut_down(uplink);
  shut_down(worker);
}

} // namespace troupe
