#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/model/result_collector.hpp"
#include "runtime/model/slice.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What a RUNNER and its WORKER share while a lease runs. The runner claims
/// blocks of consecutive indices, runs them without holding the lock, and
/// publishes their results; the worker trims, pauses and stops the lease and
/// takes unflushed results at any time, also while a task runs for minutes.
///
/// One mutex, taken twice a block; a block is one task, or as many short ones
/// as fit into about 20 us, so the lock does not show.
class slot_block {
public:
  /// Results of one claimed block, built by the runner alone.
  struct block_output {
    index_range range;
    packed_builder results; ///< Of the tasks that did not fail, in order.
    std::vector<failed_task> failed;
    uint64_t busy_ns = 0;

    void clear();
  };

  /// Unflushed results, ready to become a slice.
  struct output {
    uint32_t seq = 0; ///< Counts the lease's outputs from 0, as they are taken.
    index_range range;
    std::vector<failed_task> failed;
    std::string results; ///< What the collector's `take` returned.
    uint64_t busy_ns = 0;
    error fatal;
    time_point began_at{}; ///< When its first block was claimed.
    time_point ended_at{}; ///< When its last one had run.

    /// Return how long its first task waited, and all of them took.
    uint64_t waited_us(time_point arrived_at) const;
    uint64_t took_us() const;
  };

  /// What a runner is told after it published a block. `announce` and `flush`
  /// are said once for an output, until it is taken.
  enum class advice : uint8_t {
    go_on,    ///< Claim the next block.
    announce, ///< The same, and tell the worker that results wait.
    flush,    ///< The output is full: take it and send it.
    ended,    ///< Nothing left to claim: take the output and send it.
  };

  // -- worker's side ----------------------------------------------------------

  /// Begins a lease. Precondition: the lease before it is finished and its
  /// output taken. A pause outlives it: pauses are about the worker's memory.
  void begin(lease_id lease, index_range range,
             std::unique_ptr<result_collector> collector);

  /// Shortens the lease; returns the new end: max(end, end of claimed block).
  task_index trim(task_index end);

  /// Asks the running function to stop and lets no further block be claimed.
  /// Results of the running block can still be published.
  void stop();

  /// While paused no block can be claimed; the runner's `claim` returns none.
  void pause();

  /// @returns whether the runner gave up claiming, while paused or because
  ///          nobody took its output, and must be told to run again.
  bool resume();

  /// Ends the running attempt if it was claimed before `claimed_before`: asks
  /// its function to stop, counts it as failed with `errc::timed_out`, and
  /// drops what it returns later (a fence). The lease goes on behind it when
  /// the function returns. Only for leases whose blocks are single tasks.
  /// @returns whether there was such an attempt.
  bool time_out(time_point claimed_before, time_point now);

  /// Whether an attempt that timed out has not returned yet.
  bool fenced() const;

  /// Gives a block up whose runner is stuck or lost: if that returns after all,
  /// what it publishes is dropped, and it claims nothing more. What was not
  /// published goes on in `next`, with the numbering of outputs and with what
  /// is unflushed; take that next.
  void move_rest_to(slot_block& next);

  /// Takes what is unflushed; nothing if there is none. Unless paused, `resume`
  /// must follow: the runner may have waited for it.
  std::optional<output> take();

  /// Returns the rest of the lease, unclaimed or unfinished; empty when idle.
  index_range remaining() const;

  /// Returns the number of the output that `take` will return next.
  uint32_t next_seq() const;

  /// Returns the lease that was begun last.
  lease_id lease() const;

  /// Returns when the running block was claimed; nothing when none runs.
  std::optional<time_point> started_at() const;

  // -- runner's side ----------------------------------------------------------

  /// Claims the next block of at most `most` tasks.
  /// @returns nothing when the lease is at its end, paused or stopped, or when
  ///          the worker has not taken `limits::slice_bytes_held` of output.
  std::optional<index_range> claim(uint64_t most, time_point now);

  /// Hands over the results of the claimed block and empties `what`. The
  /// range may also be a first part of the block (results that are large
  /// should not wait for its end); then the rest follows, without a `claim`,
  /// or is given back with `unclaim`.
  advice publish(block_output& what);

  /// Returns the unpublished rest of the claimed block to the lease, to be
  /// claimed again, trimmed or stopped: its tasks turned out slow, or a stop
  /// came.
  void unclaim();

  /// Returns whether nothing of the lease runs and nothing is left to claim:
  /// every index was published, or it was stopped, or a result was fatal. Not
  /// true while only paused.
  bool finished() const;

  /// Set by `stop`; functions poll it through their task context.
  const std::atomic<bool>& stop_flag() const {
    return stop_;
  }

private:
  // All of them need the lock.
  bool is_finished() const;
  bool is_full() const;
  /// Whether so much waits for `take` that the runner must wait, too.
  bool is_held_up() const;
  void merge(block_output& what);

  mutable std::mutex mutex_;
  std::atomic<bool> stop_{false}; ///< Of the lease, or only of its attempt.
  bool ended_ = false;            ///< The lease was stopped.
  bool fenced_ = false;           ///< What runs has timed out.
  lease_id lease_;
  index_range range_;        ///< The whole lease; `end` shrinks by `trim`.
  task_index claimed_ = 0;   ///< Everything before it was claimed.
  task_index published_ = 0; ///< Everything before it was published.
  bool paused_ = false;
  bool starved_ = false; ///< A claim was refused that would be granted later.
  std::optional<time_point> started_at_;
  bool broken_ = false;     ///< A result was fatal.
  bool flush_said_ = false; ///< For the output that is pending.
  size_t failed_bytes_ = 0; ///< Of the failures in `pending_`.
  uint32_t next_seq_ = 0;
  std::unique_ptr<result_collector> collector_;
  output pending_; ///< Its results are in the collector.
};

} // namespace troupe
