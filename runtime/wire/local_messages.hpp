#pragma once

#include "runtime/model/slot_block.hpp"
#include "runtime/wire/child_spec.hpp"
#include "runtime/wire/messages.hpp"
#include "runtime/wire/store_messages.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/atom.hpp>

#include <any>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// Messages between actors of one process. They share memory (`shared_ptr`,
/// `blob`), are never registered and must never cross a node.
namespace troupe {

/// A message that an actor sends to itself to act once for many messages.
using flush_atom = caf::atom_constant<caf::atom("flush")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using drain_atom = caf::atom_constant<caf::atom("drain")>;
using retry_atom = caf::atom_constant<caf::atom("retry")>;
/// A WORKER looks for attempts that have run for too long.
using timeout_atom = caf::atom_constant<caf::atom("timeout")>;
/// SCHEDULER and COORDINATOR ask to be told of workers, now and from now on.
using follow_atom = caf::atom_constant<caf::atom("follow")>;
/// SCHEDULER asks to be told what heartbeats say, too.
using follow_health_atom = caf::atom_constant<caf::atom("health")>;
using connect_atom = caf::atom_constant<caf::atom("connect")>;

// -- COORDINATOR and SCHEDULER ------------------------------------------------

/// A job to schedule, or more inputs of one.
struct schedule_job {
  job_id job = 0;
  job_header header;
  job_options options;
  uint64_t tasks = 0; ///< Of a range job, and of one that is resumed.
  /// Only these tasks are to run, the others have ended (a job whose dead
  /// letters were requeued); empty: all, unless it is `resumed`.
  std::vector<index_range> ready;
  std::vector<kept_inputs> inputs; ///< Of `ready`.
  uint64_t succeeded = 0;          ///< Of the others.
  uint64_t dead = 0;               ///< Of the others.
  /// The job goes on after a crash: what follows and the four above are meant
  /// as they are, also when they are empty.
  bool resumed = false;
  bool closed = false;          ///< No more inputs follow.
  std::vector<task_past> pasts; ///< Of tasks of `ready`, ascending.
  uint64_t attempts = 0;        ///< Executions accepted before.
  std::string first_dead;
  error fatal;
  uint64_t last_seq = 0; ///< Of the accept log.
};

struct schedule_inputs {
  job_id job = 0;
  index_range range;
  blob inputs; ///< Packed; shared with the store.
  bool closed = false;
  std::string near{}; ///< See `kept_inputs::near`.
};

struct schedule {
  std::vector<schedule_job> jobs;
  std::vector<schedule_inputs> inputs;
  /// `jobs` are all that have not ended, from a COORDINATOR that has started.
  bool complete = false;
  uint64_t term = 0;                ///< With `complete`: of new leases.
  std::vector<std::string> nodes{}; ///< With `complete`: those that were up.
};

/// What happened, for the EVENT HUB, in its order.
struct events {
  std::vector<event> items;
};

/// The job ended or was cancelled: revoke its leases, forget it.
struct unschedule {
  std::vector<job_id> jobs;
};

/// The job's results are not read (`paused`): grant nothing more of it.
struct pause_job {
  job_id job = 0;
  bool paused = false;
};

/// What changed since the last report, one per job.
struct job_progress {
  job_id job = 0;
  uint64_t succeeded = 0;
  uint64_t dead = 0;
  uint64_t running = 0;
  uint64_t attempts = 0;
  uint64_t log_seq = 0;   ///< Last record of this job in the accept log.
  bool all_ended = false; ///< Every task is in a terminal state, none follows.
  error fatal;            ///< Not `ok`: the job must fail.
  std::string first_dead; ///< The first dead letter's sentence.
  uint64_t tasks = 0;
  /// Why no worker that is up can ever run it; empty: some can.
  std::string stuck{};
  /// The only record of a job that fitted into one slice: no aggregator.
  std::vector<accept_record> only;
};

struct progress_report {
  std::vector<job_progress> items;
};

// -- COORDINATOR and AGGREGATOR -----------------------------------------------

/// The accept log of the job grew up to `seq`; `last`: it will not grow more,
/// the answer is `job_merged`.
struct merge_log {
  uint64_t seq = 0;
  bool last = false;
  uint64_t tasks = 0; ///< With `last`: how many tasks the job has.
};

struct job_merged {
  job_id job = 0;
  std::string result_type;
  blob result;
  error why; ///< Not `ok`: the merge failed and so does the job.
};

/// Who gets the results of a streamed job.
struct stream_to {
  caf::actor client;
  uint64_t credit = 0;
};

// -- MEMBERSHIP to SCHEDULER and COORDINATOR ----------------------------------

struct worker_up {
  worker_id worker = 0;
  std::string node;
  caf::actor handle;
  uint32_t slots = 1;
  uint64_t window_tasks = 0;
  uint64_t window_bytes = 0;
  std::vector<function_info> functions;
  /// It has just joined, or joined again, and holds `held`. False: it was there
  /// already when the follower asked.
  bool joined = false;
  std::vector<held_lease> held{};
  std::vector<std::string> labels{};
  resource_set offers{0, 0, {}};
  bool cordoned = false;
};

struct worker_gone {
  worker_id worker = 0;
};

/// A worker is silent (`suspect`), or came back before it was down.
struct worker_health {
  worker_id worker = 0;
  bool suspect = false;
};

/// A worker was cordoned, uncordoned or drained.
struct worker_cordon {
  worker_id worker = 0;
  cordon_kind what = cordon_kind::cordon;
  std::chrono::milliseconds timeout{}; ///< Of a drain.
};

/// What a heartbeat says that the worker holds.
struct worker_leases {
  worker_id worker = 0;
  uint64_t through = 0; ///< See `grants::through`.
  std::vector<lease_id> held;
};

// -- supervised roles ---------------------------------------------------------

/// The event hub was started (again): send events there from now on.
struct use_event_hub {
  caf::actor events;
};

/// The supervisor of aggregators was started (again).
struct use_jobs {
  caf::actor jobs;
};

/// The agent of the coordinator's own node was started (again).
struct use_agent {
  caf::actor agent;
};

/// A runner of a slot was started (again).
struct runner_up {
  uint32_t slot = 0;
  caf::actor runner;
};

/// Attempts that ignored their stop and still run, by their supervisor's count.
struct zombies_changed {
  uint32_t zombies = 0;
};

/// The supervisor of runners was started (again).
struct use_runners {
  caf::actor runners;
};

// -- host program and CLIENT SESSION ------------------------------------------

struct client_session_state;
struct connection;

/// Something that the host's thread wants done inside the session.
struct client_call {
  std::function<void(client_session_state&)> run;
};

/// A connect that a helper made, because connecting blocks.
struct dialed {
  std::shared_ptr<const connection> to; ///< None: `why` says why not.
  error why;
};

// -- UPLINK and WORKER --------------------------------------------------------

/// The uplink joined a coordinator. What the worker holds goes on; its
/// scheduler says what must stop.
struct attached {
  caf::actor scheduler;
  caf::actor membership{};
};

/// The uplink lost it.
struct detached_from_cluster {};

/// The uplink asks the worker what it holds, before it joins.
struct describe_worker {};

/// The uplink asks the worker for its next heartbeat.
struct measure_worker {};

/// The coordinator took this node for dead: drop all leases and slices.
struct renew_worker {
  incarnation incarnation_id = 0; ///< From now on.
};

/// What the worker shall do to its slices from now on (a fault, on purpose).
struct disturb_slices {
  double share = 0;                  ///< Of its messages of slices, 0 to 1.
  std::chrono::milliseconds delay{}; ///< 0: they are lost.
  std::chrono::milliseconds time{};  ///< How long.
};

// -- WORKER and RUNNER --------------------------------------------------------

struct runner_job;

/// A lease to run; the slot block says how far. Sent again after a pause.
struct run_lease {
  std::shared_ptr<const runner_job> job;
  std::shared_ptr<slot_block> slot;
  lease_id lease;
  index_range range; ///< The lease as it was granted.
  uint32_t attempt = 1;
  blob inputs;             ///< Packed, one per index of `range`.
  time_point arrived_at{}; ///< At the worker, with its inputs.
};

enum class runner_event : uint8_t {
  output_waits, ///< The first unflushed result is in the slot block.
  output_full,  ///< Take the output and send it.
  stopped,      ///< The runner left its loop: lease ended, paused or stopped.
};

struct runner_report {
  uint32_t slot = 0;
  lease_id lease;
  runner_event what = runner_event::stopped;
};

// -- SUPERVISOR ---------------------------------------------------------------

/// The SUPERVISOR asks a child that starts asynchronously; the answer says
/// that it is up.
using started_atom = caf::atom_constant<caf::atom("started")>;
using which_atom = caf::atom_constant<caf::atom("which")>;
using count_atom = caf::atom_constant<caf::atom("count")>;
using tree_atom = caf::atom_constant<caf::atom("tree")>;

/// Adds a child and starts it.
struct start_child {
  child_spec spec; ///< Not with `simple_one_for_one`.
  std::any args;   ///< For the template of `simple_one_for_one`.
};

struct child_started {
  caf::actor child; ///< Null: its start function said `ignored`.
  std::string info; ///< What the start function said.
};

/// Stops a child; its spec stays unless it is temporary.
struct terminate_child {
  std::string id;
  caf::actor child; ///< Instead of the id, with `simple_one_for_one`.
};

/// Starts a stopped child again.
struct restart_child {
  std::string id;
};

/// Forgets the spec of a stopped child.
struct delete_child {
  std::string id;
};

/// Asks for the handle of a running child.
struct find_child {
  std::string id;
};

struct get_childspec {
  std::string id;
  caf::actor child; ///< Instead of the id, with `simple_one_for_one`.
};

/// Asks whether these specs could be those of a supervisor's children.
struct check_childspecs {
  std::vector<child_spec> specs;
  auto_shutdown mode = auto_shutdown::never;
};

/// The children of a supervisor, in the order of their start.
struct child_list {
  struct item {
    std::string id; ///< A number with `simple_one_for_one`.
    caf::actor child;
    child_state state = child_state::stopped;
    child_type type = child_type::worker;
  };
  std::vector<item> items;
};

/// The SUPERVISOR's own timers.
struct start_due {
  uint64_t child = 0; ///< 0: all of them, once, at the beginning.
  uint64_t generation = 0;
};

struct stop_overdue {
  uint64_t stop = 0;
};

} // namespace troupe

#define TROUPE_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::type)

TROUPE_LOCAL_MESSAGE(store_load)
TROUPE_LOCAL_MESSAGE(store_snapshot)
TROUPE_LOCAL_MESSAGE(store_put_jobs)
TROUPE_LOCAL_MESSAGE(store_put_jobs_done)
TROUPE_LOCAL_MESSAGE(store_note_functions)
TROUPE_LOCAL_MESSAGE(store_put_inputs)
TROUPE_LOCAL_MESSAGE(store_put_inputs_done)
TROUPE_LOCAL_MESSAGE(store_finish)
TROUPE_LOCAL_MESSAGE(store_finish_done)
TROUPE_LOCAL_MESSAGE(store_read_result)
TROUPE_LOCAL_MESSAGE(store_result)
TROUPE_LOCAL_MESSAGE(store_forget)
TROUPE_LOCAL_MESSAGE(store_list_dead)
TROUPE_LOCAL_MESSAGE(store_dead)
TROUPE_LOCAL_MESSAGE(store_change_dead)
TROUPE_LOCAL_MESSAGE(store_dead_changed)
TROUPE_LOCAL_MESSAGE(store_read_leases)
TROUPE_LOCAL_MESSAGE(store_leases)
TROUPE_LOCAL_MESSAGE(trace_leases)
TROUPE_LOCAL_MESSAGE(store_read_inputs)
TROUPE_LOCAL_MESSAGE(store_inputs)
TROUPE_LOCAL_MESSAGE(store_put_node)
TROUPE_LOCAL_MESSAGE(store_put_cordon)
TROUPE_LOCAL_MESSAGE(store_read_cordons)
TROUPE_LOCAL_MESSAGE(store_cordons)
TROUPE_LOCAL_MESSAGE(store_accept)
TROUPE_LOCAL_MESSAGE(store_accepted)
TROUPE_LOCAL_MESSAGE(store_read_log)
TROUPE_LOCAL_MESSAGE(store_log)
TROUPE_LOCAL_MESSAGE(store_put_checkpoint)
TROUPE_LOCAL_MESSAGE(schedule)
TROUPE_LOCAL_MESSAGE(unschedule)
TROUPE_LOCAL_MESSAGE(events)
TROUPE_LOCAL_MESSAGE(pause_job)
TROUPE_LOCAL_MESSAGE(progress_report)
TROUPE_LOCAL_MESSAGE(merge_log)
TROUPE_LOCAL_MESSAGE(job_merged)
TROUPE_LOCAL_MESSAGE(stream_to)
TROUPE_LOCAL_MESSAGE(worker_up)
TROUPE_LOCAL_MESSAGE(worker_gone)
TROUPE_LOCAL_MESSAGE(worker_health)
TROUPE_LOCAL_MESSAGE(worker_cordon)
TROUPE_LOCAL_MESSAGE(worker_leases)
TROUPE_LOCAL_MESSAGE(use_event_hub)
TROUPE_LOCAL_MESSAGE(use_agent)
TROUPE_LOCAL_MESSAGE(use_jobs)
TROUPE_LOCAL_MESSAGE(use_runners)
TROUPE_LOCAL_MESSAGE(runner_up)
TROUPE_LOCAL_MESSAGE(zombies_changed)
TROUPE_LOCAL_MESSAGE(client_call)
TROUPE_LOCAL_MESSAGE(dialed)
TROUPE_LOCAL_MESSAGE(attached)
TROUPE_LOCAL_MESSAGE(detached_from_cluster)
TROUPE_LOCAL_MESSAGE(describe_worker)
TROUPE_LOCAL_MESSAGE(measure_worker)
TROUPE_LOCAL_MESSAGE(renew_worker)
TROUPE_LOCAL_MESSAGE(disturb_slices)
TROUPE_LOCAL_MESSAGE(run_lease)
TROUPE_LOCAL_MESSAGE(runner_report)
TROUPE_LOCAL_MESSAGE(child_spec)
TROUPE_LOCAL_MESSAGE(child_counts)
TROUPE_LOCAL_MESSAGE(start_child)
TROUPE_LOCAL_MESSAGE(child_started)
TROUPE_LOCAL_MESSAGE(terminate_child)
TROUPE_LOCAL_MESSAGE(restart_child)
TROUPE_LOCAL_MESSAGE(delete_child)
TROUPE_LOCAL_MESSAGE(find_child)
TROUPE_LOCAL_MESSAGE(get_childspec)
TROUPE_LOCAL_MESSAGE(check_childspecs)
TROUPE_LOCAL_MESSAGE(child_list)
TROUPE_LOCAL_MESSAGE(start_due)
TROUPE_LOCAL_MESSAGE(stop_overdue)

#undef TROUPE_LOCAL_MESSAGE
