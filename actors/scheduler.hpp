#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/wake_times.hpp"
#include "runtime/policy/dispatcher.hpp"
#include "runtime/policy/lease_audit.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/frames.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe {

struct scheduler_options {
  /// In which the store was opened, not a later one: leases of earlier terms
  /// are of another store.
  uint64_t term = 1;
  uint64_t seed = 0; ///< Of the jitter of retries.
  uint64_t max_dead = limits::max_dead_default;
  std::string placement; ///< Of jobs that name none; empty: adaptive.
  store_actor store;
  membership_actor membership;
  std::function<void(events)> publish; ///< To the EVENT HUB; may be empty.
  const wall_clock* wall = &system_wall_clock(); ///< Of events.
  std::shared_ptr<logger> log;
};

/// The SCHEDULER: turns messages into events of the `dispatcher` and its
/// decisions into messages. It acts once for all messages that wait in its
/// mailbox (`flush`), so that everything it sends is a list.
struct scheduler_state {
  using self_pointer = scheduler_actor::stateful_pointer<scheduler_state>;
  static constexpr const char* name = "scheduler";

  explicit scheduler_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  /// A worker and what is under way from it.
  struct peer {
    worker_actor handle;
    std::deque<slice> inbox; ///< In order; the front may wait for its body.
    std::optional<frame_sink> pull;
    std::vector<slice_answer> answers;
    size_t answered_bytes = 0;
    std::set<job_id> knows;        ///< Jobs whose header it was sent.
    std::vector<job_id> to_forget; ///< Of them, those that have ended.
    lease_audit audit;
  };

  /// A slice that the store is recording.
  struct accepting {
    worker_id worker = 0;
    slice what;
  };

  // -- events -----------------------------------------------------------------

  void add_worker(const worker_up& what);
  void remove_worker(const worker_gone& what);
  void judge_worker(const worker_health& what);
  /// Revokes leases that the worker does not hold: lost grants heal.
  void audit(const worker_leases& what);
  /// Takes a worker out of work, or back in. Of one that is drained, takes what
  /// it has not begun now, and what it has not ended at the end of its time.
  void cordon(const worker_cordon& what);
  /// Also tells the store what happened to leases up to now.
  caf::result<task_explanation> explain(const explain_task& what);
  caf::result<task_listing> list(const list_tasks& what) const;
  caf::result<job_shares> shares(const list_shares& what) const;
  caf::result<cluster_load> load() const;
  void add_work(const schedule& what);
  void remove_work(const unschedule& what);
  void pause(const pause_job& what);
  void take_slices(const slices& what);
  void take_frame(const frame& what);
  void serve_frame(const frame_request& what);
  void recorded(const store_accepted& what);
  void trimmed(const trimmed_leases& what);
  void set_window(const window_update& what);

  // -- decisions --------------------------------------------------------------

  /// Sends everything that is due: records, grants, answers, reports.
  void flush();
  void request_flush();
  void tick();

  void pursue_drain(worker_id worker);
  void end_drains();
  void arm_drains();
  void rejoin(const worker_up& what, peer& from);
  void take_job(const schedule_job& what);
  void refresh_job(const schedule_job& what);
  void forget_unlisted(const std::vector<schedule_job>& listed);

  void drain_inbox(worker_id id, peer& from);
  void judge(worker_id id, peer& from, slice&& what);
  void break_off(worker_id id, peer& from, const slice& what,
                 const std::string& why);
  void send_records();
  void send_grants();
  void send_steals();
  void send_answers(bool all);
  void answer(peer& to, const slice& what, bool accepted);
  void send_reports();
  void publish_failures();
  void arm_timer();
  void wake_at(time_point when);
  job_header header_for(worker_id worker, job_id job);
  std::optional<worker_id> sender_id() const;

  self_pointer self;
  scheduler_options options;
  std::unique_ptr<dispatcher> core;
  coordinator_actor coordinator;
  std::map<worker_id, peer> peers;
  std::map<caf::actor_addr, worker_id> by_address;
  frame_source<worker_id> outgoing;
  std::unordered_map<job_id, job_header> headers;
  std::vector<accepting> to_record;
  std::vector<dead_letter> to_bury;
  std::unordered_map<uint64_t, std::vector<accepting>> recording;
  uint64_t last_ticket = 0;
  std::unordered_map<job_id, uint64_t> log_seqs;
  /// Records of jobs that may turn out to fit into one slice.
  std::unordered_map<job_id, accept_record> only_records;
  bool events_due = false; ///< Lease events must not wait any more.
  bool flush_pending = false;
  std::optional<time_point> answers_due;
  std::map<worker_id, time_point> drains; ///< When their time is, or was, over.
  wake_times ticks;
};

/// Creates the behavior of the SCHEDULER.
scheduler_actor::behavior_type scheduler(scheduler_state::self_pointer self,
                                         scheduler_options options);

} // namespace troupe
