#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/frames.hpp"
#include "runtime/wire/protocol.hpp"
#include "runtime/wire/result_merger.hpp"

#include <caf/actor_addr.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe {

struct coordinator_options {
  store_actor store;
  scheduler_actor scheduler;
  membership_actor membership;
  event_hub_actor events;
  size_t input_bytes_max = limits::input_bytes_max;
  size_t result_bytes_max = limits::result_bytes_max;
  size_t job_result_bytes_max = limits::job_result_bytes_max;
  size_t memory_bytes_max = limits::gib; ///< Of the store.
  uint64_t finished_jobs_kept = limits::finished_jobs_kept;
  std::chrono::milliseconds finished_job_age_max = limits::finished_job_age_max;
  const wall_clock* wall = &system_wall_clock(); ///< For deadlines.
  std::shared_ptr<logger> log;
};

/// The COORDINATOR leads each job through its life: it admits jobs, passes
/// their inputs to store and scheduler, has their results merged, and writes
/// their one terminal state. Clients talk to nobody else about jobs.
struct coordinator_state {
  using self_pointer = coordinator_actor::stateful_pointer<coordinator_state>;
  static constexpr const char* name = "coordinator";

  explicit coordinator_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  /// How a job is to end once its results are merged.
  struct ending {
    job_state state = job_state::succeeded;
    std::string reason;
  };

  struct job {
    job_spec spec;
    job_status status;
    std::string function_type; ///< What its function returns; empty: unknown.
    time_point submitted_at{};
    time_point stored_at{}; ///< The same, but a requeue does not move it.
    time_point ended_at{};
    std::optional<time_point> deadline_at;
    caf::actor_addr owner; ///< The client that feeds an open job.
    std::optional<time_point> owner_lost_at;
    std::set<client_actor> watchers;
    bool watchers_behind = false;    ///< They were not told of the last change.
    std::optional<stream_to> reader; ///< Of a streamed job, while it is there.
    std::optional<time_point> reader_lost_at;
    aggregator_actor merger;
    bool merges = false;        ///< It has an aggregator, or gets one.
    bool merger_starts = false; ///< Its supervisor was asked for it.
    uint32_t merger_crashes = 0;
    uint64_t log_seq = 0;
    std::string stuck; ///< Why no worker that is up can ever run it.
    std::deque<append_inputs> inbox; ///< In order; one is under way.
    std::optional<frame_sink> pull;
    bool storing = false;
    uint64_t last_seq = 0;     ///< Of the client's inputs, stored.
    std::optional<ending> end; ///< Decided; merging or writing it.
    bool writing_end = false;
    bool kept_ended = false; ///< It is in `ended`.
    bool purged = false;     ///< Some of its dead letters are gone for good.
    /// How those tasks did that the scheduler knows only as ended before, if
    /// they are no dead letters; none: that differs, and is not kept.
    std::optional<task_state> others = task_state::cancelled;
    blob result; ///< While it is being written.
    std::vector<caf::typed_response_promise<job_status>> cancellers;
  };

  /// A submit that the store is working on.
  struct submission {
    client_actor client;
    uint64_t ticket = 0;
    submit_replies replies;         ///< Refusals are filled in already.
    std::vector<submit_item> items; ///< Those that were admitted.
    std::vector<size_t> positions;  ///< Where their replies go.
    std::vector<size_t> asked;      ///< Items that the store works on.
    std::vector<store_put_jobs_done::item> stored; ///< Of each item.
  };

  /// Replies that nobody waits for: they leave with the next update.
  struct held_replies {
    client_actor client;
    submit_replies replies;
  };

  /// What leaves when all messages that wait were handled: lists across jobs.
  struct outbox {
    std::vector<job_id> gone;             ///< The scheduler forgets them.
    std::vector<store_finish::item> ends; ///< After that.
    std::map<client_actor, job_updates> updates;
    events news;
  };

  /// Returns the handlers of all its messages.
  coordinator_actor::behavior_type handlers();
  void start(coordinator_options how);

  // -- clients ----------------------------------------------------------------

  void submit(const submit_jobs& what);
  void append(const append_inputs& what);
  void watch(const watch_job& what);
  caf::result<job_status> describe(const describe_job& what);
  std::vector<job_status> list(const list_jobs& what);
  caf::result<job_status> cancel(const cancel_job& what);
  caf::result<job_result> read(const open_result& what);
  caf::result<dead_letters> list_dead_letters(const list_dead& what);
  caf::result<dead_changed> change(const requeue_dead& what);
  caf::result<dead_changed> change(const purge_dead& what);
  caf::result<job_audit> verify(const verify_job& what);
  caf::result<task_explanation> explain(const explain_task& what);
  caf::result<task_listing> list(const list_tasks& what);
  caf::result<job_shares> shares(const list_shares& what);
  caf::result<task_trace> trace(const trace_task& what);
  bool trace(const store_leases& facts);
  caf::result<submit_reply> rerun(const rerun_job& what);
  void serve_frame(const frame_request& what);
  void take_frame(const frame& what);
  void lost(const caf::down_msg& what);

  // -- store, scheduler, aggregators, membership ------------------------------

  void stored_jobs(const store_put_jobs_done& what);
  void stored_inputs(const store_put_inputs_done& what);
  void finished(const store_finish_done& what);
  void read_done(const store_result& what);
  void listed_dead(const store_dead& what);
  void changed_dead(const store_dead_changed& what);
  void read_leases(const store_leases& what);
  void read_inputs(const store_inputs& what);
  void progress(const progress_report& what);
  void merged(const job_merged& what);
  void add_worker(const worker_up& what);
  void name_worker(worker_id worker, const std::string& node);
  void remove_worker(const worker_gone& what);
  caf::result<std::vector<job_status>> drain(uint64_t timeout_ms);
  void tick();

  // -- supervision ------------------------------------------------------------

  /// Reads the store and tells the scheduler what there is to do; answers its
  /// supervisor when it has.
  caf::result<void> load();
  caf::result<void> begin();
  static caf::error no_store();
  void rebuild(const store_snapshot& what);
  void use(const use_event_hub& what);
  void use(const use_jobs& what);

  // -- decisions --------------------------------------------------------------

  result<void> admit_submission(const submit_item& what) const;
  void put(submission&& what);
  bool put_again(submission& what);
  job_id create(const submit_item& what, const client_actor& client,
                const store_put_jobs_done::item& stored, schedule& out);
  void own(job& of, const client_actor& client);
  void feed(job_id id, job& of);
  void store_front(job_id id, job& of);
  void refuse_inputs(job_id id, job& of, const error& why);
  void advance(job_id id, job& of, const job_progress& what);
  void drive_merger(job_id id, job& of);
  void set_reader(job_id id, job& of);
  void start_merger(job_id id, job& of);
  void merger_started(job_id id, const caf::actor& started);
  void lost_merger(job_id id, job& of, const caf::error& reason);
  void stop_merger(job& of);
  void begin_end(job_id id, job& of, ending how);
  void merge_inline(job_id id, job& of, const std::vector<accept_record>& only);
  void write_end(job& of, std::string type, blob result);
  void finish(job_id id, job& of);
  result_merger::terms merge_terms(const job& of) const;
  void tell(const client_actor& whom, job_update what);
  void tell_watchers(job& of);
  void publish(event_kind kind, const job& of);
  void unschedule_job(job_id id);
  void send_schedule(schedule what);
  void request_flush();
  void flush();
  void send_unscheduled();
  void send_updates();
  void send_held_replies();
  void expire();
  bool make_room(size_t bytes);
  void forget_oldest(size_t count);
  void resume(const store_dead_changed::resumed_job& what, schedule& out);
  void keep_ended(job_id id, job& of);
  void await_clients(job_id id, job& of);
  bool look_after(job_id id, job& of);
  static bool lacks_reader(const job& of);
  void lost_reader(job_id id, job& of);
  void await_reader(job_id id, job& of);
  caf::result<dead_changed> change_dead(const dead_selector& which,
                                        bool requeue);
  void restore(const job_snapshot& what, schedule& out);
  void restore_ended(const job_snapshot& what, job& of);
  void set_deadline(job_id id, job& of);
  void end_late_jobs();
  job_header header_of(job_id id, const job_spec& spec) const;
  void finish_drain();
  void arm_timer();
  job_status status_of(const job& of) const;
  std::string waiting_reason(const job& of) const;
  caf::error no_such_job(job_id id) const;
  caf::result<task_explanation> explain_ended(const explain_task& what,
                                              const job_status& last);
  void ask_dead(task_explanation otherwise,
                caf::typed_response_promise<task_explanation> promise);
  bool explain_dead(const store_dead& what);
  static bool is_over(const job& of);
  void list_ended(const list_tasks& what, const job& of,
                  caf::typed_response_promise<task_listing> promise);
  void settle(const list_tasks& what, const job& of,
              std::optional<task_state> others, task_listing found,
              caf::typed_response_promise<task_listing> promise);
  void add_dead(const list_tasks& what, task_listing found, task_state others,
                caf::typed_response_promise<task_listing> promise);
  bool list_dead_tasks(const store_dead& what);
  client_actor sender() const;

  self_pointer self;
  coordinator_options options;
  std::map<job_id, job> jobs;
  std::unordered_map<uint64_t, submission> submissions;
  std::vector<held_replies> held;
  outbox leaving;
  bool flush_pending = false;
  std::unordered_map<uint64_t, job_id> storing_inputs;
  std::unordered_map<uint64_t, caf::typed_response_promise<job_result>> reads;
  std::unordered_map<uint64_t, caf::actor_addr> readers;
  std::unordered_map<uint64_t, caf::typed_response_promise<dead_letters>>
    dead_lists;
  std::unordered_map<uint64_t, caf::typed_response_promise<dead_changed>>
    dead_changes;
  std::unordered_map<uint64_t, caf::typed_response_promise<job_audit>> audits;
  /// Questions about tasks of jobs that have failed, which may be dead.
  struct asked_dead {
    task_explanation otherwise; ///< The answer, if it is no dead letter.
    caf::typed_response_promise<task_explanation> promise;
  };
  std::unordered_map<uint64_t, asked_dead> asked_dead_tasks;
  /// Lists of tasks that wait for the dead letters among them.
  struct listed_tasks {
    list_tasks what;
    task_listing found;
    task_state others = task_state::succeeded; ///< Of what is no dead letter.
    caf::typed_response_promise<task_listing> promise;
  };
  std::unordered_map<uint64_t, listed_tasks> unfinished_lists;
  struct asked_trace {
    trace_task what;
    caf::typed_response_promise<task_trace> promise;
  };
  std::unordered_map<uint64_t, asked_trace> traces;
  /// A job that is to be run again: first its inputs are read, then they are
  /// stored as those of the new one.
  struct asked_rerun {
    rerun_job what;
    client_actor client;
    caf::typed_response_promise<submit_reply> promise;
    submit_item item{}; ///< The new job, without its inputs.
    std::vector<kept_inputs> parts{};
  };
  std::unordered_map<uint64_t, asked_rerun> reruns;
  void put(asked_rerun&& what);
  bool stored_rerun(const store_put_jobs_done& what);
  /// Of workers that are up or were, some thousands of them.
  std::map<worker_id, std::string> node_names;
  uint64_t last_ticket = 0;
  supervisor_actor aggregators; ///< None before it was started.
  std::optional<caf::response_promise> loaded;
  frame_source<caf::actor_addr> outgoing;
  std::set<caf::actor_addr> monitored;
  std::map<std::string, function_info> functions;          ///< Ever offered.
  std::map<worker_id, std::vector<function_info>> workers; ///< Up now.
  std::deque<job_id> ended; ///< In the order in which they ended.
  uint64_t unfinished = 0;
  std::set<job_id> attention; ///< The next tick looks after them.
  std::set<std::pair<time_point, job_id>> deadlines;
  bool timer_armed = false;
  bool draining = false;
  std::optional<time_point> drain_until;
  std::optional<caf::typed_response_promise<std::vector<job_status>>> drained;
};

/// Creates the behavior of the COORDINATOR.
coordinator_actor::behavior_type
coordinator(coordinator_state::self_pointer self, coordinator_options options);

} // namespace troupe
