#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/attempt_history.hpp"
#include "runtime/model/backoff_queue.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/lease_book.hpp"
#include "runtime/model/lease_event.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/model/ready_queue.hpp"
#include "runtime/model/records.hpp"
#include "runtime/model/resources.hpp"
#include "runtime/model/slice.hpp"
#include "runtime/model/task_explanation.hpp"
#include "runtime/model/task_listing.hpp"
#include "runtime/model/task_set.hpp"
#include "runtime/policy/credit.hpp"
#include "runtime/policy/failure_log.hpp"
#include "runtime/policy/job_order.hpp"
#include "runtime/policy/load_meter.hpp"
#include "runtime/policy/placement.hpp"
#include "runtime/policy/retry.hpp"
#include "runtime/policy/work_shares.hpp"
#include "runtime/policy/worker_pool.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace troupe {

/// Decides who runs what: the scheduler without its messages. It joins task
/// sets, ready queue, backoff queue, lease book and credit into one state
/// machine; events go in, grants and reports come out. Pure: no clock, no
/// chance, no I/O of its own.
///
/// Jobs are served as `job_order` says. A job whose workers all have enough of
/// its kind does not hold up jobs of other kinds behind it.
class dispatcher {
public:
  struct worker_terms {
    worker_id id = 0;
    std::string node;
    uint32_t slots = 1;
    uint64_t window_tasks = 0;
    uint64_t window_bytes = 0;
    std::vector<std::string> functions;
    std::vector<std::string> labels{};
    resource_set offers{0, 0, {}}; ///< With 0 cpus: one for each slot.
  };

  struct job_terms {
    job_id id = 0;
    std::string function;
    bool payload = true; ///< Inputs are shipped; false for range jobs.
    uint64_t tasks = 0;  ///< Of range jobs; they are closed at once.
    retry_policy retry;
    uint64_t max_dead = limits::max_dead_default; ///< Dead letters that end it.
    uint32_t max_crashes = limits::max_crashes_default; ///< 0: no blame.
    time_point added_at{}; ///< Histories count from here.
    job_rank rank{};
    const placement_policy* placement = find_placement({});
    resource_set needs{};               ///< Of one task.
    std::vector<std::string> labels{};  ///< A worker must have all of them.
    std::vector<std::string> prefers{}; ///< Better if it has all of these.
  };

  /// A lease to send.
  struct granted {
    worker_id worker = 0;
    lease_id lease;
    job_id job = 0;
    bool first = false; ///< The worker does not know the job yet.
    index_range range;
    uint32_t attempt = 1;
    blob inputs; ///< Packed; empty for range jobs.
  };

  /// What has become of a job that goes on: its dead letters were requeued, or
  /// the scheduler before this one is gone.
  struct resumption {
    uint64_t tasks = 0;             ///< Of the job.
    std::vector<index_range> ready; ///< Only these are to run.
    std::vector<kept_inputs> inputs;
    uint64_t succeeded = 0;         ///< Of the others.
    uint64_t dead = 0;              ///< Of the others.
    bool closed = true;             ///< No more inputs follow.
    std::vector<task_past> pasts{}; ///< Of tasks in `ready`, ascending.
    uint64_t attempts = 0;          ///< Executions accepted before.
    std::string first_dead{};       ///< As in `report`.
    error fatal{};                  ///< As in `report`.
  };

  /// A lease that a worker says it holds.
  struct held_part {
    lease_id lease;
    job_id job = 0;
    /// From the first task on that no answered slice covers.
    index_range rest;
    uint32_t attempt = 1;
  };

  /// What the store must know beside records and dead letters, so that jobs
  /// can be resumed as they are.
  struct notes {
    std::vector<setback> setbacks;
    std::vector<std::pair<job_id, error>> fatals; ///< Jobs that must fail.
  };

  /// What changed for a job since the last report.
  struct report {
    job_id job = 0;
    uint64_t tasks = 0;
    uint64_t succeeded = 0;
    uint64_t dead = 0;
    uint64_t leased = 0;
    uint64_t attempts = 0;
    bool all_ended = false;
    error fatal;
    std::string first_dead; ///< The first dead letter's sentence.
    std::string stuck{};    ///< Why no worker can ever run it; or empty.
  };

  /// A lease that a worker must stop.
  struct stopped_lease {
    worker_id worker = 0;
    lease_id lease;
  };

  /// A lease that a worker must shorten; `trimmed` takes its answer.
  struct shortened_lease {
    worker_id worker = 0;
    lease_id lease;
    task_index end = 0;
  };

  /// @param term In which the store was opened. Leases of earlier terms are of
  ///             another store, where the same numbers mean other jobs.
  dispatcher(uint64_t term, std::unique_ptr<random_source> random);

  /// From now on new leases carry this term, if it is higher.
  void begin_term(uint64_t term);

  // -- workers ----------------------------------------------------------------

  /// Takes a worker in, or changes the terms of one that is known.
  void add_worker(const worker_terms& terms);

  /// Returns the tasks of its leases that were not accepted to the queue, in
  /// pieces and with their crash count raised.
  /// @returns the tasks that it gives up because they are suspected of having
  ///          killed this worker and others before it.
  std::vector<dead_letter> remove_worker(worker_id worker, time_point now);

  /// A worker that was added has joined, and knows no jobs. Settles what it
  /// holds: keeps a lease that is current, adopts one whose unfinished rest
  /// nobody else has and no slice covers; leases of the book that it does not
  /// hold are ready again, without blame.
  /// @returns the leases that it must stop.
  std::vector<lease_id> reconcile(worker_id worker,
                                  const std::vector<held_part>& held,
                                  time_point now);

  /// Changes a worker's credit; 0 tasks: it gets nothing more.
  void set_window(worker_id worker, uint64_t tasks, uint64_t bytes);

  /// A suspended worker gets nothing more; what it holds goes on.
  void suspend(worker_id worker, bool suspended);

  /// A cordoned worker gets nothing more, whatever else; what it has goes on.
  void cordon(worker_id worker, bool cordoned);

  /// Returns how to take back what a worker has not begun.
  std::vector<shortened_lease> unstarted(worker_id worker) const;

  /// Takes all leases of a worker back, without blame.
  /// @returns those that it must stop.
  std::vector<stopped_lease> hand_back(worker_id worker);

  // -- jobs -------------------------------------------------------------------

  /// Takes a job in; one that is known already stays as it is.
  void add_job(const job_terms& terms);

  /// Takes a job in of which only some tasks are left to run; one that is known
  /// already stays as it is. Tasks that failed before wait for their next
  /// attempt anew. Inputs that are not packed or do not fit make the job report
  /// a fatal error.
  void resume_job(const job_terms& terms, const resumption& what,
                  time_point now);

  /// Grants nothing of the jobs that are known now until each of these nodes
  /// has joined, or until a time: what they hold may go on there.
  void hold_back(const std::vector<std::string>& nodes, time_point until);

  /// Adds inputs (packed; `range` as the store numbered them) and closes the
  /// job if there are no more; inputs that are known already change nothing.
  /// Inputs that do not continue those before them, or are not packed, make
  /// the job report a fatal error.
  /// @param near The node where they are best run, for policies that follow
  ///             inputs; empty: anywhere.
  void add_inputs(job_id job, index_range range, const blob& packed,
                  bool closed, const std::string& near = {});

  /// A paused job gets no grants.
  void pause(job_id job, bool paused);

  /// Forgets a job; returns the leases that run for it.
  std::vector<stopped_lease> remove_job(job_id job);

  bool knows(job_id job) const {
    return jobs_.contains(job);
  }

  bool knows_any() const;

  /// Returns the ids of all jobs, in any order.
  std::vector<job_id> known_jobs() const;

  // -- results ----------------------------------------------------------------

  /// Judges a slice by its lease.
  slice_verdict judge(worker_id worker, const slice& what) const;

  /// Whether everything up to the end of a received slice is recorded.
  bool is_recorded(const lease_id& lease, task_index end) const;

  /// Takes a slice that was judged `accept`; it is now being recorded.
  /// @returns the tasks that it gives up, in index order.
  std::vector<dead_letter> begin_accept(const slice& what, time_point now);

  /// The store has recorded a slice that was taken by `begin_accept`.
  void end_accept(const slice& what, time_point now);

  /// Revokes a lease (a worker broke the protocol).
  void revoke(const lease_id& lease);

  /// A worker shortened a lease to `end`; the rest is ready again.
  void trimmed(worker_id worker, const lease_id& lease, task_index end);

  // -- decisions --------------------------------------------------------------

  /// Moves due retries to the ready queue and returns the next leases. Costs
  /// O(kinds of jobs + leases granted * (kinds * log(workers) + log(jobs))).
  std::vector<granted> dispatch(time_point now);

  /// Returns which leases the last `dispatch` wants to be shortened, so that
  /// idle slots get a part of them.
  std::vector<shortened_lease> take_steals();

  /// Returns when `dispatch` must be called even if nothing happens.
  std::optional<time_point> next_due() const;

  /// Returns a report for each job that changed since the last call.
  std::vector<report> take_reports();

  /// Says what time it is for what is recorded from now on. Events that come
  /// with a time say it themselves.
  void tell_time(time_point now) {
    recorded_at_ = now;
  }

  /// Returns what happened to leases since the last call. What an accepted
  /// slice rests on is there when `begin_accept` returns.
  std::vector<lease_event> take_lease_events();

  /// Returns how many events wait to be taken.
  size_t lease_events() const;
  /// Lets the next `take_reports` return all jobs.
  void report_all();

  /// Returns what the store must note since the last call. What belongs to a
  /// slice is there as soon as `begin_accept` returned, so that it can be
  /// stored together with it.
  notes take_notes();

  // -- inspection -------------------------------------------------------------

  /// Says why a task is where it is; without an index, the one that is served
  /// next. Precondition: the job is known.
  task_explanation explain(job_id job, std::optional<task_index> index,
                           time_point now) const;

  /// Which tasks `list` is asked for; as `list_tasks`.
  struct task_filter {
    uint32_t states = 0;
    uint64_t older_us = 0;
    task_index from = 0;
    uint32_t most = 1;
  };

  /// Lists tasks in groups. Those that ended before the job was resumed are
  /// listed as `cancelled` whenever tasks that have ended are wanted: it is not
  /// known here how they ended. Looks at a limited number of groups, so there
  /// may be more though few were found. Precondition: the job is known.
  task_listing list(job_id job, const task_filter& which, time_point now) const;

  /// Returns what each node does for a job. Precondition: the job is known.
  std::vector<job_share> shares(job_id job) const;

  /// Returns what there is to do, and how fast it gets done. Costs O(jobs +
  /// workers).
  cluster_load load(time_point now) const;

  /// Returns what to tell those who follow events about failures.
  std::vector<failure_log::news> take_failure_news(time_point now) {
    return failures_.take_news(now);
  }

  /// Returns when there is more to tell even if nothing happens.
  std::optional<time_point> failure_news_due() const {
    return failures_.next_due();
  }

  const lease_book& leases() const {
    return book_;
  }

  const task_set* tasks_of(job_id job) const;

  uint64_t ready_tasks() const;

  /// Returns the tasks that wait to have a worker for themselves.
  uint64_t suspects() const;

  /// Returns what a worker holds; null if it is not known.
  const worker_load* load_of(worker_id worker) const;

  /// Returns how many chunks of inputs a job still needs.
  size_t chunks_of(job_id job) const;

  const run_time_estimates& run_times() const {
    return run_times_;
  }

private:
  struct kind;

  struct worker_entry {
    worker_id id = 0;
    std::string node;
    std::unordered_set<std::string> functions;
    std::set<std::string> labels;
    worker_load load;
    resource_set offers;           ///< All of it.
    resource_set in_use{0, 0, {}}; ///< By its leases, but for processors.
    std::vector<kind*> fits;       ///< What it may run, room or not.
    uint64_t served = 0; ///< The number of the last lease that it got.
    bool suspended = false;
    bool cordoned = false;
    bool steal_worthy = false; ///< It has more than it runs.
    std::unordered_set<job_id> known_jobs;
    time_point alone_since{};
    bool alone = false;    ///< What it holds is a suspect, and nothing else.
    bool reserved = false; ///< Gets nothing new: a suspect waits for it.
    bool joined = false;   ///< It said what it holds.
  };

  /// Inputs of a job that are still needed, by first index.
  struct chunk {
    index_range range;
    blob packed;
    packed_view strings; ///< Of `packed`.
    uint64_t unfinished = 0;
    std::string near{};
  };

  /// Jobs that a worker has room for alike: when one is refused, those behind
  /// it are not asked, so that a long queue is never searched in vain. (An
  /// input too large for the bytes that are left is not overtaken by smaller
  /// ones of its kind, or it might wait for ever.)
  struct kind {
    std::string function;
    bool payload = true;
    const placement_policy* placement = nullptr;
    resource_set needs;
    std::vector<std::string> labels;
    std::vector<std::string> prefers;
    uint64_t jobs = 0;        ///< That refer to it.
    uint64_t slots = 0;       ///< Of all workers that may run it.
    job_order::queue waiting; ///< Those that have ready tasks and may run.
    worker_pool open;         ///< Workers that may run it and have room.
    worker_pool preferred;    ///< Of them, those that have all of `prefers`.
  };
  /// Function, payload, placement, and all that is asked of a worker.
  using kind_key = std::tuple<std::string, bool, std::string_view, std::string>;
  using kind_map = std::map<kind_key, kind>;

  struct job_entry {
    job_terms terms;
    kind_map::iterator of;
    task_set tasks;
    std::map<task_index, chunk> chunks;
    bool closed = false;
    bool paused = false;
    bool held_back = false; ///< See `hold_back`.
    uint64_t attempts = 0;
    error fatal;
    std::string first_dead;
    attempt_history history;
    uint64_t succeeded_before = 0; ///< Before it was resumed.
    uint64_t dead_before = 0;      ///< Before it was resumed.
    work_shares shares;
  };

  /// What a lease weighs on its worker.
  struct lease_cost {
    uint64_t ns_per_task = 0; ///< As estimated when it was granted.
    uint64_t tasks = 0;       ///< Not yet recorded.
    uint64_t bytes = 0;       ///< Of its inputs, until it ends.
    kind* of = nullptr;
    time_point moved_at{}; ///< When it was granted, or brought a slice.
    time_point granted_at{};
  };

  /// A lease that was lost with its worker, as it was before.
  struct lost_lease {
    uint32_t crashes = 0;
    uint32_t blamed = 0;
    bool alone = false;
  };

  /// Tasks that wait, as one lease would have them.
  struct waiting_part {
    index_range range;
    uint32_t crashes = 0;
    uint32_t blamed = 0;
  };

  /// Part of a job for a worker.
  struct placed {
    worker_entry* worker = nullptr;
    ready_range what;
  };

  void touch(job_id job) {
    changed_.insert(job);
  }

  void note(lease_event_kind what, const lease& held, index_range range);
  void note_accepted(const slice& what);
  void note_resumed(job_id job);
  void record(lease_event&& what);
  static bool may_run(const job_entry& job);
  void push_ready(job_entry& job, const ready_range& what);
  void update_waiting(job_entry& job);
  void give_back(const lease& what, index_range rest, uint32_t crashes);
  void set_fatal(job_entry& job, error why);
  void fail_job(job_entry& job, const error& why);
  bool resume_inputs(job_entry& job, const resumption& what);
  void resume_range(job_entry& job, index_range range,
                    const std::vector<task_past>& pasts, time_point now);
  void resume_part(job_entry& job, const ready_range& what, uint32_t failed,
                   time_point now);
  void queue_resumed(job_entry& job, ready_range what, uint32_t failed,
                     time_point now);
  bool keep(worker_id worker, const held_part& what);
  bool adopt(worker_id worker, const held_part& what, bool sole,
             time_point now);
  bool is_of_this_store(const lease_id& id) const;
  index_range unfinished(const job_entry& job, const held_part& what) const;
  const lease* leased_to(job_id job, task_index index) const;
  std::vector<ready_range> waiting_in(const job_entry& job,
                                      index_range range) const;
  std::optional<waiting_part> waiting_as(const job_entry& job,
                                         const held_part& what,
                                         index_range rest) const;
  void take_waiting(job_entry& job, index_range range);
  void remember_lost(const lease& what);
  void end_grace();
  attempt_record record_of(const job_entry& job, const lease& held,
                           const failed_task& what, time_point now) const;
  void forget_history(job_entry& job, const slice& what);
  void lose(const lease& held, index_range rest, time_point now,
            std::vector<dead_letter>& out);
  attempt_record record_crash(const job_entry& job, const lease& held,
                              time_point now) const;
  dead_letter give_up_suspect(job_entry& job, const lease& held,
                              task_index suspect, time_point now);
  void note_dead(job_entry& job, task_index first, const error& why);
  void dispatch_suspects(time_point now, std::vector<granted>& out);
  void update_reserved(const std::set<kind*>& waiting);
  bool dispatch_suspect(job_id job, time_point now, std::vector<granted>& out);
  worker_entry* worker_for_itself(kind& of);
  bool may_take_alone() const;
  void reserve_for(kind& of);
  void reserve(worker_entry& worker, bool reserved);
  void settle_failed(job_entry& job, const lease& held, const slice& what,
                     time_point now);
  void release_inputs(job_entry& job, index_range range, uint64_t ended);
  void unload(const lease_id& id, worker_id worker, uint64_t tasks,
              bool lease_ended);
  void take_due(time_point now);
  using turn_map = std::map<job_order::place, kind*>;
  bool is_ageing_turn(const kind& of) const;
  turn_map::iterator choose_turn(turn_map& turns) const;
  job_id next_of(const kind& of) const;
  bool dispatch_one(job_id job, std::vector<granted>& out);
  std::optional<placed> place(job_entry& job, const grant_question& question);
  std::optional<placed> place_near_inputs(job_entry& job,
                                          const grant_question& question);
  std::optional<placed> take_for(worker_entry& worker, job_entry& job,
                                 const ready_range& from,
                                 const grant_question& question);
  granted grant_to(worker_entry& worker, job_entry& job,
                   const ready_range& what, uint64_t ns_per_task, bool alone);
  void enter_cost(worker_entry& worker, const lease_id& id,
                  const lease_cost& cost);
  uint64_t tasks_that_fit(const worker_load& load, const job_entry& job,
                          index_range ready, uint64_t tasks) const;

  kind_map::iterator kind_of(const job_terms& terms);
  void release_kind(kind_map::iterator of);
  static bool may_run_on(const kind& of, const worker_entry& worker);
  static bool is_open(const kind& of, const worker_entry& worker);
  static uint64_t slots_for(const kind& of, const worker_entry& worker);
  void enter_nearby(const worker_entry& worker);
  void leave_nearby(const worker_entry& worker);
  void fit(worker_entry& worker, kind& of);
  void unfit(worker_entry& worker);
  void refresh(worker_entry& worker);
  void touch_jobs_of(const kind& of);
  std::string stuck_reason(const job_entry& job) const;

  void plan_steals();
  uint64_t idle_slots() const;
  std::vector<worker_id> victims() const;
  bool steal_from(worker_id worker);
  uint64_t ns_left_per_task(const lease& held, bool runs) const;
  void recall_overdue();
  void recall_from(const worker_entry& worker);
  bool others_wait(const worker_entry& worker, job_id job) const;
  void look_again_at(time_point when);

  worker_verdict verdict_on(const worker_entry& worker,
                            const job_entry& job) const;
  std::string why_waiting(const job_entry& job,
                          const task_explanation& what) const;
  void explain_ready(const job_entry& job, task_explanation& out) const;

  struct task_lister;
  void measure(job_entry& job, const lease& held, const slice& what,
               time_point now);
  const std::string& node_of(worker_id worker) const;
  void note_failure(const attempt_record& what, job_id job, task_index index,
                    bool dead, time_point now);

  uint64_t opened_term_ = 0;
  lease_book book_;
  ready_queue ready_;
  ready_queue suspects_; ///< One-index ranges that must run alone.
  backoff_queue backoff_;
  run_time_estimates run_times_;
  std::unique_ptr<random_source> random_;
  std::map<worker_id, worker_entry> workers_;
  /// Workers by the names of their nodes, and by their labels.
  std::unordered_map<std::string, std::set<worker_id>> nearby_;
  kind_map kinds_;
  std::unordered_map<job_id, job_entry> jobs_;
  std::unordered_map<lease_id, lease_cost> costs_;
  std::set<job_id> changed_;
  std::vector<lease_event> lease_events_;
  time_point recorded_at_{}; ///< Of what is recorded next.
  notes notes_;
  std::unordered_map<lease_id, lost_lease> lost_;
  std::deque<lease_id> lost_order_; ///< Oldest first; not all are in `lost_`.
  std::set<std::string> awaited_;   ///< Nodes that have not joined yet.
  std::optional<time_point> grace_until_;
  uint64_t leases_granted_ = 0;
  std::deque<kind_map::iterator> idle_kinds_; ///< Without jobs, oldest first.
  std::set<worker_id> reserved_; ///< Workers that wait for a suspect.
  size_t steal_worthy_ = 0;      ///< Workers that have more than they run.
  std::map<lease_id, time_point> stealing_; ///< Shortened, not yet answered.
  std::vector<shortened_lease> steals_;
  time_point stole_at_{};    ///< When somebody looked for victims last,
  time_point recalled_at_{}; ///< and for what is overdue.
  std::optional<time_point> steal_due_;
  job_order order_;
  load_meter meter_;
  failure_log failures_;
  time_point now_{}; ///< Of the last `dispatch`: since when jobs wait.
};

} // namespace troupe
