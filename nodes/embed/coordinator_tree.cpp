#include "actors/agent.hpp"
#include "actors/aggregator.hpp"
#include "actors/coordinator.hpp"
#include "actors/event_hub.hpp"
#include "actors/front_door.hpp"
#include "actors/io_thread.hpp"
#include "actors/membership.hpp"
#include "actors/scheduler.hpp"
#include "actors/store.hpp"
#include "actors/supervisor.hpp"
#include "nodes/embed/restart_news.hpp"
#include "nodes/embed/roles.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <memory>

/// The supervision tree of a coordinator (docs/supervision.md):
///
///     coordinator      one_for_one
///     ├─ front_door
///     ├─ agent
///     ├─ event_hub
///     └─ cluster       rest_for_one
///        ├─ store
///        ├─ membership
///        ├─ scheduler
///        ├─ coordinator
///        └─ jobs       simple_one_for_one, an aggregator per merging job
namespace troupe {

namespace {

using std::chrono::milliseconds;

/// What all start functions share.
struct parts {
  coordinator_role_options options;
  std::shared_ptr<coordinator_directory> now;
  std::shared_ptr<restart_news> restarts;
  /// In memory mode what is kept outlives the actor that serves it.
  fenced_store kept;
  std::shared_ptr<event_ring> events; ///< Outlives the actor that fills it.
  std::shared_ptr<std::atomic<worker_id>> last_worker; ///< As long.
};

/// To the EVENT HUB that runs now; while it restarts, nobody listens.
void publish(const coordinator_directory& now, events what) {
  if (auto hub = now.current().events)
    caf::anon_send(hub, std::move(what));
}

/// Tells those who follow events that an actor was restarted.
void tell_restart(const parts& of, const supervision_report& what) {
  if (auto news = of.restarts->note(what))
    publish(*of.now, events{{std::move(*news)}});
}

/// A restart a second is survived for ever, a crash at each start is not.
supervisor_flags cluster_flags() {
  supervisor_flags flags;
  flags.strategy = supervision_strategy::rest_for_one;
  flags.intensity = 10;
  flags.period = milliseconds{5'000};
  return flags;
}

supervisor_flags root_flags() {
  supervisor_flags flags;
  flags.intensity = 10;
  flags.period = milliseconds{10'000};
  return flags;
}

start_outcome start_front_door(const parts& of, const start_context& context) {
  front_door_options terms;
  terms.cluster = of.options.cluster;
  terms.store = of.options.term;
  return start_outcome::started(
    context.system.spawn(front_door, terms, logger_ptr{of.options.log}));
}

start_outcome start_agent(const parts& of, const start_context& context) {
  agent_options terms;
  terms.root = caf::actor_cast<supervisor_actor>(context.supervisor);
  terms.faults = of.options.faults;
  terms.control = of.options.control;
  terms.process = make_process_control();
  terms.log = of.options.log;
  terms.about = of.options.about;
  terms.about.role = "coordinator";
  terms.about.events = of.events;
  return start_outcome::started(context.system.spawn(agent, terms));
}

start_outcome start_event_hub(const parts& of, const start_context& context) {
  return start_outcome::started(spawn_on_io_thread(
    context.system, event_hub, of.options.log, of.events, of.options.wall));
}

/// The memory store never blocks, so it needs no thread of its own.
start_outcome start_store(const parts& of, const start_context& context) {
  return start_outcome::started(spawn_on_io_thread(
    context.system, store_process, [kept = of.kept] { return kept; },
    of.options.log));
}

start_outcome start_membership(const parts& of, const start_context& context) {
  membership_options terms;
  terms.events = of.now->current().events;
  terms.store = context.sibling<store_actor>("store");
  terms.term = of.options.term;
  terms.own_node = of.options.own_node;
  terms.last_worker = of.last_worker;
  terms.detection = of.options.detection;
  terms.wall = of.options.wall;
  terms.log = of.options.log;
  return start_outcome::started(context.system.spawn(membership, terms));
}

start_outcome start_scheduler(const parts& of, const start_context& context) {
  scheduler_options terms;
  terms.term = of.options.term;
  terms.seed = of.options.seed;
  terms.max_dead = of.options.max_dead;
  terms.placement = of.options.placement;
  terms.store = context.sibling<store_actor>("store");
  terms.membership = context.sibling<membership_actor>("membership");
  terms.publish = [now = of.now](events what) {
    publish(*now, std::move(what));
  };
  terms.wall = of.options.wall;
  terms.log = of.options.log;
  return start_outcome::started(
    spawn_on_io_thread(context.system, scheduler, terms));
}

/// It is up when it has read the store and told the scheduler what to do.
start_outcome start_jobs_leader(const parts& of, const start_context& context) {
  coordinator_options terms;
  terms.store = context.sibling<store_actor>("store");
  terms.scheduler = context.sibling<scheduler_actor>("scheduler");
  terms.membership = context.sibling<membership_actor>("membership");
  terms.events = of.now->current().events;
  terms.input_bytes_max = of.options.input_bytes_max;
  terms.result_bytes_max = of.options.result_bytes_max;
  terms.job_result_bytes_max = of.options.job_result_bytes_max;
  terms.memory_bytes_max = of.options.memory_bytes_max;
  terms.finished_jobs_kept = of.options.finished_jobs_kept;
  terms.finished_job_age_max = of.options.finished_job_age_max;
  terms.wall = of.options.wall;
  terms.log = of.options.log;
  return start_outcome::starting(
    spawn_on_io_thread(context.system, coordinator, terms));
}

/// The coordinator has its aggregators started there.
child_spec jobs_child(const parts& of) {
  auto spec = supervisor_child({"jobs"}, [of](const start_context&) {
    return std::optional{aggregator_supervisor(of.options.log)};
  });
  spec.start = [start = spec.start](const start_context& context) {
    auto result = start(context);
    if (result.child)
      caf::anon_send(context.sibling<coordinator_actor>("coordinator"),
                     use_jobs{result.child});
    return result;
  };
  return spec;
}

using start_step = start_outcome (*)(const parts&, const start_context&);

child_spec child(const char* id, start_step start, const parts& of) {
  return {{id}, [start, of](const start_context& x) { return start(of, x); }};
}

result<std::optional<supervisor_options>> cluster_options(const parts& of) {
  supervisor_options result;
  result.flags = cluster_flags();
  result.seed = of.options.seed + 1;
  result.log = of.options.log;
  result.on_report = [of](const auto& what, const auto& who) {
    of.now->note(what, who);
    tell_restart(of, what);
  };
  result.children.push_back(child("store", start_store, of));
  result.children.push_back(child("membership", start_membership, of));
  result.children.push_back(child("scheduler", start_scheduler, of));
  result.children.push_back(child("coordinator", start_jobs_leader, of));
  result.children.push_back(jobs_child(of));
  return std::optional{std::move(result)};
}

} // namespace

coordinator_role start_coordinator(caf::actor_system& system,
                                   const coordinator_role_options& options) {
  parts all;
  all.options = options;
  all.now = std::make_shared<coordinator_directory>(options.on_front_door);
  all.restarts =
    std::make_shared<restart_news>(options.own_node.name, *options.wall);
  all.kept.kept = make_memory_store({options.term, options.memory_bytes_max});
  all.events = std::make_shared<event_ring>(options.term);
  all.last_worker = std::make_shared<std::atomic<worker_id>>(0);
  supervisor_options root;
  root.path = "coordinator";
  root.flags = root_flags();
  root.seed = options.seed;
  root.log = options.log;
  root.on_report = [all](const auto& what, const auto& who) {
    all.now->note(what, who);
    tell_restart(all, what);
    if (what.what == supervision_event::intensity_reached
        && all.options.on_gave_up)
      all.options.on_gave_up(too_many_restarts(what));
  };
  root.children.push_back(child("front_door", start_front_door, all));
  root.children.push_back(child("agent", start_agent, all));
  root.children.push_back(child("event_hub", start_event_hub, all));
  root.children.push_back(supervisor_child(
    {"cluster"}, [all](const start_context&) { return cluster_options(all); }));
  // The specs are ours, so they are right.
  return {start_supervisor(system, std::move(root)).value(), all.now};
}

} // namespace troupe
