#pragma once

#include "runtime/store/store.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace troupe {

/// Tells whose a store is that outlives its actors. The one before the last may
/// still run: a kill interrupts no handler, and a supervisor that was killed
/// itself waits for nobody. What that one would still record, those who have
/// read the store since would not know: they would have it done again.
class store_fence {
public:
  /// From now on the store is the caller's alone. Waits for the handler of the
  /// one before. @returns the caller's number.
  uint64_t pass();

  /// Returns a lock, held if the store is still that caller's, and then for as
  /// long as the lock is.
  std::unique_lock<std::mutex> hold(uint64_t number);

private:
  std::mutex mutex_;
  uint64_t last_ = 0;
};

/// A store and the fence around it.
struct fenced_store {
  std::shared_ptr<store> kept;
  std::shared_ptr<store_fence> fence = std::make_shared<store_fence>();
};

/// Opens the store that the STORE actor shall own, on the actor's own thread. A
/// store in memory is the same one each time: its data outlives the actor.
using store_factory = std::function<fenced_store()>;

/// The STORE actor's state: the store, and one method per message. Replies are
/// messages of their own, never responses.
struct store_state {
  static constexpr const char* name = "store"; ///< Shown in logs.

  std::shared_ptr<store> kept;
  std::shared_ptr<store_fence> fence;
  uint64_t number = 0; ///< Of this actor, see `store_fence`.
  logger_ptr log;

  void open(const store_factory& how);

  store_snapshot load(const store_load& what);
  store_put_jobs_done put_jobs(const store_put_jobs& what);
  store_put_inputs_done put_inputs(const store_put_inputs& what);
  void note_functions(const store_note_functions& what);
  store_finish_done finish(const store_finish& what);
  store_result read_result(const store_read_result& what) const;
  void forget(const store_forget& what);
  store_dead list_dead(const store_list_dead& what) const;
  store_dead_changed change_dead(const store_change_dead& what);
  store_leases read_leases(const store_read_leases& what) const;
  store_inputs read_inputs(const store_read_inputs& what) const;
  void put_node(const store_put_node& what);
  /// Not const: the sole owner of a message may change it in place.
  store_accepted accept(store_accept& what);
  store_log read_log(const store_read_log& what) const;
  void put_checkpoint(const store_put_checkpoint& what);
  void put_cordon(const store_put_cordon& what);
  store_cordons cordons(const store_read_cordons& what) const;

private:
  /// Returns the jobs whose dead letters may be meant.
  std::vector<job_id> jobs_of(const dead_selector& which) const;
  /// Returns the indices of a job's dead letters that are meant.
  std::vector<task_index> dead_of(job_id job, const dead_selector& which) const;
  store_dead_changed::resumed_job
  resumed(job_id job, const std::vector<task_index>& requeued) const;
  store_put_jobs_done::item put_job(const store_put_jobs::item& what);
};

/// The STORE: wraps a `store`, the only place where the truth changes. Spawn
/// it with `spawn_blocking`: a durable store waits for the disk.
store_actor::behavior_type
store_process(store_actor::stateful_pointer<store_state> self,
              store_factory open, logger_ptr log);

} // namespace troupe
