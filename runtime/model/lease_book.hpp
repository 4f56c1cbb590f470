#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/ready_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

namespace troupe {

/// One current lease. Its tasks run in index order, so its slices arrive as
/// consecutive sub-ranges and three marks describe it:
/// `range.begin <= recorded <= received <= range.end`.
struct lease {
  lease_id id;
  worker_id worker = 0;
  job_id job = 0;
  index_range range; ///< `end` shrinks when it is trimmed.
  uint32_t attempt = 1;
  uint32_t crashes = 0;
  uint32_t blamed = 0;
  bool alone = false;       ///< Its worker holds nothing beside it.
  uint64_t input_bytes = 0; ///< Of the worker's credit in bytes.
  task_index received = 0;  ///< Everything before it came in slices.
  task_index recorded = 0;  ///< Everything before it is in the store.
  uint32_t next_seq = 0;    ///< Number of the slice that comes next.
  bool revoked = false;     ///< Ends when what is `accepting` is recorded.
  /// Its worker held it already when this book learned of it. How many of its
  /// slices were recorded before is not known, so slices are compared by their
  /// range and not by their number.
  bool adopted = false;

  /// Tasks received and not yet recorded; they cannot be revoked.
  uint64_t accepting() const {
    return received - recorded;
  }
};

/// What to do with an arriving slice.
enum class slice_verdict : uint8_t {
  accept,    ///< The next one of a current lease.
  duplicate, ///< Received before: acknowledge again (once it is recorded), do
             ///< not merge.
  early,     ///< One before it is missing: ignore, it will be sent again.
  refused,   ///< The lease is not current (or not of this worker).
  violation, ///< Breaks the protocol: revoke the lease.
};

/// The single authority on who may run and deliver what. Pure; the scheduler
/// owns the only one.
///
/// Invariants: at most one lease covers an index of a job (I3); ids are never
/// reused within a term, and their counters grow through all terms that the
/// book has seen.
class lease_book {
public:
  struct request {
    worker_id worker = 0;
    job_id job = 0;
    ready_range what;
    uint64_t input_bytes = 0;
    bool alone = false;
  };

  /// What `outstanding` says of one worker.
  struct load {
    size_t leases = 0;
    uint64_t tasks = 0;       ///< Not yet received in slices.
    uint64_t input_bytes = 0; ///< Of all its leases.
  };

  explicit lease_book(uint64_t term) : term_(term) {
    // nop
  }

  /// Enters a new lease. The reference is valid until the book changes.
  const lease& grant(const request& what);

  /// Enters a lease that a worker holds from before: its tasks go on under the
  /// id that the worker knows. If this book revoked it and something of it is
  /// still accepting, it goes on behind that.
  /// Precondition: no current lease has this id; of a revoked one, `what` is
  /// all that was not received.
  const lease& adopt(const lease_id& id, const request& what);

  /// From now on new leases carry this term, if it is higher.
  void begin_term(uint64_t term);

  /// Returns a lease that is current or, revoked, still has something
  /// accepting; null if there is none. Valid until the book changes.
  const lease* find(const lease_id& id) const;

  /// Judges a slice; changes nothing. A slice that was received before its
  /// lease was revoked is still a `duplicate` until it is recorded.
  slice_verdict check(worker_id worker, const lease_id& id, uint32_t seq,
                      index_range range) const;

  /// Marks a slice as `accepting`. Precondition: `check` said `accept`.
  void begin_accept(const lease_id& id, index_range range);

  /// Marks everything up to `recorded_end` as recorded (clamped to what was
  /// received). A revoked lease ends when nothing is accepting any more.
  /// @returns whether the lease ended with that (and is gone).
  bool end_accept(const lease_id& id, task_index recorded_end);

  /// Takes a lease back. What is `accepting` stays and is still recorded.
  /// @returns the range that nobody holds now; empty if there is none or the
  ///          lease is not current or was revoked before.
  index_range revoke(const lease_id& id);

  /// Shortens a lease to `end` (clamped to what was received already). A lease
  /// of which nothing is left and nothing is accepting ends with that.
  /// @returns the range that was cut off; empty if nothing was.
  index_range trim(const lease_id& id, task_index end);

  /// Return current (not revoked) leases in the order of their ids.
  std::vector<lease_id> of_worker(worker_id worker) const;
  std::vector<lease_id> of_job(job_id job) const;

  load outstanding(worker_id worker) const;

  uint64_t term() const {
    return term_;
  }

  size_t size() const {
    return leases_.size();
  }

private:
  using lease_map = std::unordered_map<lease_id, lease>;

  /// What one worker holds, revoked leases left out.
  struct holding {
    std::set<lease_id> leases;
    uint64_t tasks = 0;
    uint64_t input_bytes = 0;
  };

  lease make(const lease_id& id, const request& what) const;
  void enter_holder(const lease& what);
  lease* find_current(const lease_id& id);
  void forget_tasks(const lease& what, uint64_t tasks);
  void forget_holder(const lease& what);
  void end(lease_map::iterator what);

  uint64_t term_ = 0;
  uint64_t last_counter_ = 0;
  lease_map leases_;
  std::unordered_map<worker_id, holding> by_worker_;
  std::unordered_map<job_id, std::set<lease_id>> by_job_;
};

} // namespace troupe
