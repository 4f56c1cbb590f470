#pragma once

#include "actors/runner.hpp"
#include "actors/spawn.hpp"
#include "runtime/base/wake_times.hpp"
#include "runtime/policy/resource_ledger.hpp"
#include "runtime/policy/slice_faults.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/frames.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

/// What a WORKER has room for; beyond it nothing is sent to it, or nothing
/// more is run.
struct worker_room {
  uint64_t tasks_per_slot = limits::credit_range_tasks_max;
  size_t input_bytes = limits::worker_input_window_bytes;
  size_t unanswered_bytes = limits::unacknowledged_bytes_max; ///< Of slices.
};

struct worker_options {
  std::string name;
  incarnation incarnation_id = 0;
  std::vector<std::string> roles{"worker"};
  uint32_t slots = 1;
  std::vector<std::string> labels;
  /// To its tasks together; 0 cpus: one for each of its slots.
  resource_set offers{0, 0, {}};
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  worker_room room;
  threading runners = threading::detached; ///< For whoever starts them.
  task_pace pace;                          ///< Of the runners; see there.
  std::shared_ptr<logger> log;
};

/// The WORKER holds the slots of its node: it queues granted leases, hands
/// them to RUNNERs, turns their output into slices, and keeps each slice until
/// the scheduler has answered it. Whatever the scheduler believes, the leases
/// that run never need more together than the worker offers.
struct worker_state {
  using self_pointer = worker_actor::stateful_pointer<worker_state>;
  static constexpr const char* name = "worker";

  explicit worker_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  worker_state(const worker_state&) = delete;
  worker_state& operator=(const worker_state&) = delete;

  /// Asks running functions to stop: nobody takes their results any more, and
  /// their threads hold up the end of the process.
  ~worker_state();

  struct slot {
    runner_actor runner; ///< None while its supervisor starts one.
    std::shared_ptr<slot_block> block;
    std::optional<run_lease> current;
    bool revoked = false;                      ///< Its results are dropped.
    std::optional<time_point> stop_asked_at{}; ///< What runs must return.
  };

  /// A slice that was not answered yet.
  struct pending_slice {
    slice what;
    time_point sent_at{};
    size_t bytes = 0;
    uint32_t attempt = 1;
  };

  using slice_key = std::pair<lease_id, uint32_t>;
  using inbound = std::variant<job_header, grant>;

  // -- events -----------------------------------------------------------------

  void take_grants(const grants& what);
  void take_answers(const slice_answers& what);
  void trim(const trim_leases& what);
  void forget(const forget_jobs& what);
  void take_frame(const frame& what);
  void serve_frame(const frame_request& what);
  /// Answers what the uplink joins with. Drops what is too much to list.
  join_request describe();
  heartbeat measure() const;
  void renew(const renew_worker& what);
  void attach(const attached& what);
  void detach();
  void take_report(const runner_report& what);
  caf::result<bool> drain(uint64_t timeout_ms);
  void flush();
  bool may_hold_slices() const;
  void send_outbox();
  void send_slices(slices&& message);
  void disturb(const disturb_slices& what);
  void tick();
  void retry();

  /// Ends attempts that ran for too long, and gives runners up that do not
  /// come back.
  void expire_attempts();
  void use(const runner_up& what);
  void note_zombies(const zombies_changed& what);

  // -- decisions --------------------------------------------------------------

  void drain_inbound();
  bool pull_body(body& what, size_t bytes_max, const char* of_what);
  body* front_body();
  void learn(const job_header& header);
  void enqueue(grant&& what);
  bool could_run(const grant& what, const job_header& job) const;
  void start_leases();
  bool start(slot& on, run_lease&& what);
  void collect(slot& from);
  void end_lease(slot& on);
  void revoke(slot& on);
  std::vector<held_lease> take_stock();
  std::optional<held_lease> stock_of(const slot& on) const;
  void settle_arriving();
  void drop_lease(const lease_id& lease);
  void forget_slice(const slice_key& key);
  void balance_memory();
  void resume(slot& on);
  void request_flush();
  void arm_flush_timer(duration age);
  void arm_retry_timer();
  void arm_timeout_timer();
  bool is_stuck(const slot& on, time_point now) const;
  void replace_runner(slot& on, uint32_t position);
  void renew_block(slot& on);
  void report_zombies();
  void hand_back(const lease_id& lease, task_index end);
  void hand_back_running();
  bool idle() const;
  void finish_drain();

  self_pointer self;
  worker_options options;
  scheduler_actor scheduler; ///< None while detached.
  membership_actor membership;
  std::vector<slot> slots;
  /// What the leases of the slots have of the worker's offer. A thread that was
  /// given up has nothing of it, as it has no slot: nobody knows when it ends.
  resource_ledger resources;
  std::deque<run_lease> queue;  ///< The first one holds up those behind it.
  std::deque<inbound> arriving; ///< In order; the front may wait for its body.
  std::optional<frame_sink> pull;
  std::unordered_map<job_id, std::shared_ptr<const runner_job>> jobs;
  std::map<slice_key, pending_slice> unanswered;
  size_t unanswered_bytes = 0;
  bool paused = false;
  frame_source<int> outgoing; ///< To the one scheduler.
  slice_faults faults;
  std::vector<slice_key> outbox;
  size_t outbox_bytes = 0;      ///< Of slices that were not sent before.
  uint64_t granted_through = 0; ///< See `grants::through`.
  bool flush_pending = false;
  time_point slices_sent_at{}; ///< The last of them.
  std::optional<time_point> flush_due;
  bool retry_timer_armed = false;
  wake_times timeout_ticks;
  supervisor_actor runners; ///< None before it was started.
  uint32_t zombies = 0;     ///< Runners that were given up and still run.
  std::optional<time_point> drain_until;
  std::optional<caf::typed_response_promise<bool>> drained;
};

/// Creates the behavior of a WORKER.
worker_actor::behavior_type worker(worker_state::self_pointer self,
                                   worker_options options);

} // namespace troupe
