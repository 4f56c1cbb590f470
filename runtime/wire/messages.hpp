#pragma once

#include "runtime/wire/inspect.hpp"
#include "runtime/wire/question_messages.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Every message that crosses between nodes, as values. The registered names
/// (`t.*`, see `register.cpp`) are the protocol: never rename one; new fields
/// go at the end and raise `protocol_version`.
namespace troupe {

// -- hello: built-in types only, frozen for ever ------------------------------

/// `(hello_atom, cluster, product version, protocol version as uint32, node
/// name, incarnation)` asks the front door for the other handles.
using hello_atom = caf::atom_constant<caf::atom("hello")>;
/// `(welcome_atom, cluster, product version, coordinator, scheduler,
/// membership, event hub)` is the answer to a node that may come in.
using welcome_atom = caf::atom_constant<caf::atom("welcome")>;
/// `(refused_atom, code as uint8, sentence)` is the answer to one that may not.
using refused_atom = caf::atom_constant<caf::atom("refused")>;

// -- signals without content --------------------------------------------------

using ping_atom = caf::atom_constant<caf::atom("ping")>;
using leave_atom = caf::atom_constant<caf::atom("leave")>;
/// With the incarnation that is down: it must drop its leases and come back as
/// a new one.
using down_atom = caf::atom_constant<caf::atom("down")>;
using list_nodes_atom = caf::atom_constant<caf::atom("nodes")>;
using list_functions_atom = caf::atom_constant<caf::atom("functions")>;
using unsubscribe_atom = caf::atom_constant<caf::atom("unsub")>;

// -- nodes --------------------------------------------------------------------

/// A function as other nodes see it.
struct function_info {
  std::string name;
  std::string input_type; ///< Type descriptors, see `function/codec.hpp`.
  std::string args_type;
  std::string result_type;
  std::string summary;
};

/// A lease that a worker still holds when it joins again: it runs or waits, or
/// has slices without an answer.
struct held_lease {
  lease_id lease;
  job_id job = 0;
  /// From the first task on that no answered slice covers.
  index_range rest;
  uint32_t next_seq = 0; ///< Of the slice that begins there.
  uint32_t attempt = 1;
};

/// A worker node asks to come in. Refused with `name_taken` or `draining`.
struct join_request {
  std::string name;
  incarnation incarnation_id = 0;
  std::string version;
  std::vector<std::string> roles;
  uint32_t slots = 1;
  std::vector<std::string> labels;
  std::vector<function_info> functions;
  /// Credit from the start, in tasks and input bytes. A worker that waits for
  /// the answer before it takes grants sends 0 and a `window_update` later.
  uint64_t window_tasks = 0;
  uint64_t window_bytes = 0;
  /// At most `limits::held_leases_max`; a worker drops what it does not list.
  std::vector<held_lease> held;
  caf::actor worker;
  /// The node will send a `heartbeat` at this interval.
  uint32_t heartbeat_ms = 200;
  uint32_t zombies = 0;          ///< As in `zombie_report`.
  caf::actor agent;              ///< Answers questions about the node.
  resource_set offers{0, 0, {}}; ///< See `resource_set`.
};

struct join_reply {
  worker_id worker = 0;
  uint64_t term = 0;
};

/// A worker node is there. Sent at its interval while it is joined.
struct heartbeat {
  incarnation incarnation_id = 0;
  uint32_t busy = 0;             ///< Slots that run something.
  uint32_t queued = 0;           ///< Leases that wait for a slot.
  uint64_t unanswered_bytes = 0; ///< Of slices without an answer.
  uint64_t oldest_us = 0; ///< Age of the oldest running attempt; 0: none.
  uint64_t through = 0;   ///< The highest `grants.through` it has seen.
  bool complete = true;   ///< False: too many leases, none is listed.
  /// Leases that run, wait, or have slices without an answer.
  std::vector<lease_id> held;
};

enum class node_state : uint8_t {
  up = 0,       ///< Takes part.
  draining = 1, ///< Ends what it has and leaves.
  gone = 2,     ///< Left or lost its connection.
  suspect = 3,  ///< Silent: gets nothing new.
  down = 4,     ///< Silent for too long: its leases run elsewhere.
};

struct node_info {
  std::string name;
  incarnation incarnation_id = 0;
  std::string version;
  std::vector<std::string> roles;
  node_state state = node_state::up;
  uint32_t slots = 0;
  std::vector<std::string> labels;
  uint64_t functions = 0;
  uint64_t up_us = 0; ///< Microseconds since it joined (or until it went).
  /// Of nodes that send heartbeats, as the last one said:
  uint64_t silent_us = 0; ///< Microseconds since it came.
  double phi = 0;         ///< How suspect the silence is; see `phi()`.
  uint32_t busy = 0;      ///< Slots that run something.
  uint32_t queued = 0;    ///< Leases that wait for a slot.
  uint64_t oldest_us = 0; ///< Age of the oldest running attempt.
  uint32_t zombies = 0;   ///< Attempts that ignored their stop and still run.
  bool cordoned = false;  ///< Gets nothing new until it is uncordoned.
  resource_set offers{0, 0, {}}; ///< See `resource_set`.
};

enum class cordon_kind : uint8_t {
  cordon = 0,   ///< Nothing new; what it has goes on.
  uncordon = 1, ///< As any other again.
  drain = 2,    ///< Nothing new; what it has not begun runs elsewhere.
};

/// Takes a node out of work, or back in. It stays so when the node or the
/// coordinator's actors come back. Errors: `unknown_node`.
struct cordon_node {
  std::string node;
  cordon_kind what = cordon_kind::cordon;
  /// With `drain`: then what still runs is handed back without blame.
  uint64_t timeout_ms = 0;
};

/// A worker says how many of its threads are stuck in attempts that timed out.
struct zombie_report {
  incarnation incarnation_id = 0;
  uint32_t zombies = 0;
};

// -- work ---------------------------------------------------------------------

/// What a worker must know of a job, sent once before its first grant.
struct job_header {
  job_id job = 0;
  std::string function;
  std::string reducer;
  std::string input_type;
  std::string args_type;
  body args;
  input_kind inputs = input_kind::chunks;
  range_input range;
  bool stream = false; ///< Results travel one by one, whatever the reducer.
  uint64_t result_bytes_max = limits::result_bytes_max; ///< Of one result.
  uint64_t task_timeout_ms = 0; ///< Of one attempt; 0: none.
  resource_set needs{}; ///< Of one task: no more run than the worker offers.
};

/// A lease and what to run under it.
struct grant {
  lease_id lease;
  job_id job = 0;
  index_range range;
  uint32_t attempt = 1;
  body inputs; ///< Packed, one per index of `range`; none for range jobs.
};

struct slices {
  std::vector<slice> items;
};

/// The scheduler's answer to one slice; both answers let the worker forget it.
struct slice_answer {
  lease_id lease;
  uint32_t seq = 0;
  bool accepted = false; ///< False: refused, the lease is not current.
};

struct slice_answers {
  std::vector<slice_answer> items;
};

/// Control messages are lists across jobs; answers and jobs to forget ride
/// along. A worker takes the fields in this order.
struct grants {
  std::vector<slice_answer> answers;
  std::vector<job_id> forget; ///< Jobs that have ended.
  std::vector<job_header> jobs;
  std::vector<grant> items;
  /// Everything that this worker was ever granted up to this lease counter is
  /// in this message, came before it, or is lost.
  uint64_t through = 0;
};

/// Shortens leases; also the answer, with the end that really holds.
struct lease_end {
  lease_id lease;
  task_index end = 0;
  bool stop = false; ///< End all of it, also its running task.
};

struct trim_leases {
  std::vector<lease_end> items;
};

struct trimmed_leases {
  std::vector<lease_end> items;
};

struct forget_jobs {
  std::vector<job_id> jobs;
};

/// A worker changes its credit (0 tasks: it takes no more work).
struct window_update {
  uint64_t tasks = 0;
  uint64_t bytes = 0;
};

// -- clients ------------------------------------------------------------------

/// One job to create, with its first inputs.
struct submit_item {
  job_spec spec;
  body inputs;         ///< Packed; may be empty.
  bool closed = false; ///< No more inputs follow.
  bool watch = false;  ///< Subscribes the sender to the job's updates.
  /// With `watch`: nobody waits for the reply, so it may come with the first
  /// update (within `limits::progress_interval`) and wakes nobody before.
  bool quiet = false;
  std::string near{}; ///< Of `inputs`; see `kept_inputs::near`.
};

struct submit_jobs {
  uint64_t ticket = 0; ///< Returned with the reply.
  std::vector<submit_item> items;
};

struct submit_reply {
  job_id job = 0; ///< 0 if `why` says why it was refused.
  error why;
  bool existed = false; ///< The idempotency key was known.
};

struct submit_replies {
  uint64_t ticket = 0;
  std::vector<submit_reply> items; ///< In the order of the request.
};

/// More inputs of an open job, numbered from 1 by the client. Answered by
/// `inputs_stored` when the store has them: that is the client's credit.
struct append_inputs {
  job_id job = 0;
  uint64_t seq = 0;
  body inputs; ///< Packed; may be empty.
  bool last = false;
  std::string near{}; ///< See `kept_inputs::near`.
};

struct inputs_stored {
  job_id job = 0;
  uint64_t seq = 0;
  error why; ///< Not `ok`: refused; the job takes no more inputs.
};

struct describe_job {
  job_id job = 0;
};

struct cancel_job {
  job_id job = 0;
};

/// Asks for kept jobs, newest first: at most `most` (1 to
/// `limits::jobs_per_page`) with an id below `before` (0: from the newest).
struct list_jobs {
  job_id before = 0;
  uint32_t most = 0;
};

/// Asks for dead letters in the order of job and index: at most `most` (1 to
/// `limits::dead_per_page`) behind the task `after_job`/`after_index` (job 0:
/// from the first). Only with `which.one` they come with their history.
struct list_dead {
  dead_selector which;
  job_id after_job = 0;
  task_index after_index = 0;
  uint32_t most = 0;
};

struct dead_letters {
  std::vector<dead_letter> items;
};

/// Makes dead letters of ended jobs ready again; those jobs go on running.
struct requeue_dead {
  dead_selector which;
};

/// Drops dead letters of ended jobs for good.
struct purge_dead {
  dead_selector which;
};

/// The answer to both.
struct dead_changed {
  uint64_t letters = 0;
  uint64_t jobs = 0; ///< To which they belong.
};

/// Asks for a check of what is recorded of a job, running or ended; `job_audit`
/// is the answer.
struct verify_job {
  job_id job = 0;
};

/// Asks why a task is where it is; `task_explanation` is the answer.
struct explain_task {
  job_id job = 0;
  /// False: about the task that is served next.
  bool one = false;
  task_index index = 0;
};

/// Subscribes the sender to a job's updates, and to its results if
/// `result_credit` is not 0 (bytes of results that the sender has room for).
struct watch_job {
  job_id job = 0;
  uint64_t result_credit = 0;
};

/// Sent to watchers: progress now and then, and once when the job has ended.
struct job_update {
  job_status status;
  bool has_result = false; ///< True if `result` is there (small results).
  blob result;             ///< Encoded as `status.result_type`.
};

/// What became of jobs that a client watches, in the order in which it did.
struct job_updates {
  std::vector<job_update> items;
};

/// Results of a streamed job, to its one subscriber under credit.
struct result_slice {
  job_id job = 0;
  uint64_t seq = 0;
  index_range range;
  std::vector<task_index> failed; ///< Indices without a result.
  body results;                   ///< Packed results of the others.
};

/// The subscriber has room for more, or news of what it got. Sent to whoever
/// sent `result_slice`; the job ends when all of its results were received.
struct result_credit {
  job_id job = 0;
  uint64_t bytes = 0;
  /// All slices up to this were read, or arrived at a client that reads none.
  uint64_t received = 0;
};

/// Asks for the result of a job that has ended.
struct open_result {
  job_id job = 0;
};

struct job_result {
  job_status status;
  body result; ///< Pull it from the coordinator when it is not inline.
};

// -- supervision --------------------------------------------------------------

/// One actor of a supervision tree.
struct supervised {
  std::string path;
  child_type type = child_type::worker;
  child_state state = child_state::stopped;
  uint64_t state_us = 0; ///< How long it has been in this state.
  uint64_t restarts = 0; ///< Of this child, since its spec was added.
  /// The rest is known of supervisors that answered.
  bool answered = false;
  supervision_strategy strategy = supervision_strategy::one_for_one;
  uint32_t restarts_used = 0; ///< Of the window.
  uint32_t restarts_left = 0;
  uint64_t children = 0; ///< Also those that are not listed.
  uint64_t zombies = 0;  ///< All that ever were and have not ended.
};

/// A supervisor with all that is below it, parents before children.
struct supervision_tree {
  using node = supervised;
  std::vector<supervised> nodes;
};

/// Asks for the supervision trees of a node.
struct show_tree {
  std::string node;
};

enum class fault_kind : uint8_t {
  kill_actor = 0,  ///< The one at `path`.
  kill_node = 1,   ///< The node's process, without any notice.
  freeze_node = 2, ///< The node's process, for `duration_ms`.
  cut_link = 3,    ///< A worker's connection, for `duration_ms`.
  // Of a `share` of what a worker delivers, for `duration_ms`:
  delay_slices = 4, ///< Each is late by `delay_ms`.
  drop_slices = 5,  ///< Each is lost.
};

/// Breaks something on purpose, on a node with `node.faults = yes`. Errors:
/// `faults_not_allowed`, `unknown_child`, `unknown_node`.
struct inject_fault {
  std::string node;
  fault_kind what = fault_kind::kill_actor;
  std::string path;
  uint64_t duration_ms = 0;
  uint64_t delay_ms = 0;
  double share = 0; ///< From 0 to 1.
};

/// What was done, for people.
struct fault_done {
  std::string text;
};

// -- events -------------------------------------------------------------------

enum class event_kind : uint8_t {
  job_progress = 0,
  job_state = 1,
  node_joined = 2,
  node_left = 3, ///< Also when it is down.
  node_suspected = 4,
  node_recovered = 5,
  task_failed = 6, ///< An attempt failed.
  task_dead = 7,   ///< A task was given up.
  node_cordoned = 8,
  node_uncordoned = 9,
  actor_restarted = 10, ///< Of the coordinator's node.
};
constexpr uint8_t event_kind_count = 11;

struct event {
  uint64_t seq = 0;
  event_kind kind = event_kind::job_progress;
  job_id job = 0;       ///< Of job and task events.
  job_status status;    ///< Of job events.
  std::string node;     ///< Of node and task events.
  uint64_t dropped = 0; ///< Events lost before this one: reader too slow.
  task_index index = 0; ///< Of task events.
  std::string text;     ///< What happened, for people; may be empty.
  uint64_t at_us = 0;   ///< When: microseconds since 1970, UTC.
};

/// Subscribes the sender. `job` 0: everything; else only that job.
/// `credit`: events that may be sent before `more_events`.
struct subscribe {
  job_id job = 0;
  uint32_t credit = 64;
};

struct more_events {
  uint32_t credit = 0;
};

// -- inspection ---------------------------------------------------------------

#define TROUPE_WIRE_TYPE(type, wire_name, ...)                                 \
  template <class Inspector>                                                   \
  typename Inspector::result_type inspect(Inspector& f, type& x) {             \
    return f(caf::meta::type_name(wire_name), __VA_ARGS__);                    \
  }

TROUPE_WIRE_TYPE(function_info, "t.function", x.name, x.input_type, x.args_type,
                 x.result_type, x.summary)
TROUPE_WIRE_TYPE(held_lease, "t.held", x.lease, x.job, x.rest, x.next_seq,
                 x.attempt)
TROUPE_WIRE_TYPE(join_request, "t.join", x.name, x.incarnation_id, x.version,
                 x.roles, x.slots, x.labels, x.functions, x.window_tasks,
                 x.window_bytes, x.held, x.worker, x.heartbeat_ms, x.zombies,
                 x.agent, x.offers)
TROUPE_WIRE_TYPE(join_reply, "t.joined", x.worker, x.term)
TROUPE_WIRE_TYPE(heartbeat, "t.beat", x.incarnation_id, x.busy, x.queued,
                 x.unanswered_bytes, x.oldest_us, x.through, x.complete, x.held)
TROUPE_WIRE_TYPE(node_info, "t.node", x.name, x.incarnation_id, x.version,
                 x.roles, x.state, x.slots, x.labels, x.functions, x.up_us,
                 x.silent_us, x.phi, x.busy, x.queued, x.oldest_us, x.zombies,
                 x.cordoned, x.offers)
TROUPE_WIRE_TYPE(cordon_node, "t.cordon", x.node, x.what, x.timeout_ms)
TROUPE_WIRE_TYPE(zombie_report, "t.zombies", x.incarnation_id, x.zombies)
TROUPE_WIRE_TYPE(job_header, "t.header", x.job, x.function, x.reducer,
                 x.input_type, x.args_type, x.args, x.inputs, x.range, x.stream,
                 x.result_bytes_max, x.task_timeout_ms, x.needs)
TROUPE_WIRE_TYPE(grant, "t.grant", x.lease, x.job, x.range, x.attempt, x.inputs)
TROUPE_WIRE_TYPE(grants, "t.grants", x.answers, x.forget, x.jobs, x.items,
                 x.through)
TROUPE_WIRE_TYPE(slices, "t.slices", x.items)
TROUPE_WIRE_TYPE(slice_answer, "t.answer", x.lease, x.seq, x.accepted)
TROUPE_WIRE_TYPE(slice_answers, "t.answers", x.items)
TROUPE_WIRE_TYPE(lease_end, "t.end", x.lease, x.end, x.stop)
TROUPE_WIRE_TYPE(trim_leases, "t.trim", x.items)
TROUPE_WIRE_TYPE(trimmed_leases, "t.trimmed", x.items)
TROUPE_WIRE_TYPE(forget_jobs, "t.forget", x.jobs)
TROUPE_WIRE_TYPE(window_update, "t.window", x.tasks, x.bytes)
TROUPE_WIRE_TYPE(submit_item, "t.submit_it", x.spec, x.inputs, x.closed,
                 x.watch, x.quiet, x.near)
TROUPE_WIRE_TYPE(submit_jobs, "t.submit", x.ticket, x.items)
TROUPE_WIRE_TYPE(submit_reply, "t.sub_reply", x.job, x.why, x.existed)
TROUPE_WIRE_TYPE(submit_replies, "t.submitted", x.ticket, x.items)
TROUPE_WIRE_TYPE(append_inputs, "t.append", x.job, x.seq, x.inputs, x.last,
                 x.near)
TROUPE_WIRE_TYPE(inputs_stored, "t.stored", x.job, x.seq, x.why)
TROUPE_WIRE_TYPE(describe_job, "t.describe", x.job)
TROUPE_WIRE_TYPE(cancel_job, "t.cancel", x.job)
TROUPE_WIRE_TYPE(list_jobs, "t.list_jobs", x.before, x.most)
TROUPE_WIRE_TYPE(list_dead, "t.list_dead", x.which, x.after_job, x.after_index,
                 x.most)
TROUPE_WIRE_TYPE(dead_letters, "t.deads", x.items)
TROUPE_WIRE_TYPE(requeue_dead, "t.requeue", x.which)
TROUPE_WIRE_TYPE(purge_dead, "t.purge", x.which)
TROUPE_WIRE_TYPE(dead_changed, "t.dead_done", x.letters, x.jobs)
TROUPE_WIRE_TYPE(verify_job, "t.verify", x.job)
TROUPE_WIRE_TYPE(explain_task, "t.explain", x.job, x.one, x.index)
TROUPE_WIRE_TYPE(watch_job, "t.watch", x.job, x.result_credit)
TROUPE_WIRE_TYPE(job_update, "t.update", x.status, x.has_result, x.result)
TROUPE_WIRE_TYPE(job_updates, "t.updates", x.items)
TROUPE_WIRE_TYPE(result_slice, "t.results", x.job, x.seq, x.range, x.failed,
                 x.results)
TROUPE_WIRE_TYPE(result_credit, "t.more_res", x.job, x.bytes, x.received)
TROUPE_WIRE_TYPE(open_result, "t.open_res", x.job)
TROUPE_WIRE_TYPE(job_result, "t.result", x.status, x.result)
TROUPE_WIRE_TYPE(event, "t.event", x.seq, x.kind, x.job, x.status, x.node,
                 x.dropped, x.index, x.text, x.at_us)
TROUPE_WIRE_TYPE(supervised, "t.actor", x.path, x.type, x.state, x.state_us,
                 x.restarts, x.answered, x.strategy, x.restarts_used,
                 x.restarts_left, x.children, x.zombies)
TROUPE_WIRE_TYPE(supervision_tree, "t.tree", x.nodes)
TROUPE_WIRE_TYPE(show_tree, "t.show_tree", x.node)
TROUPE_WIRE_TYPE(inject_fault, "t.fault", x.node, x.what, x.path, x.duration_ms,
                 x.delay_ms, x.share)
TROUPE_WIRE_TYPE(fault_done, "t.faulted", x.text)
TROUPE_WIRE_TYPE(subscribe, "t.subscribe", x.job, x.credit)
TROUPE_WIRE_TYPE(more_events, "t.more_ev", x.credit)

#undef TROUPE_WIRE_TYPE

} // namespace troupe
