#pragma once

#include "runtime/model/attempt_counts.hpp"
#include "runtime/model/attempt_history.hpp"
#include "runtime/model/job_snapshot.hpp"
#include "runtime/model/lease_history.hpp"
#include "runtime/model/range_set.hpp"
#include "runtime/model/records.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Packed inputs, released when every one of them has its result.
struct kept_chunk {
  blob inputs;
  task_index end = 0; ///< Its first index is its key.
  uint64_t missing = 0;
  std::string near{}; ///< See `kept_inputs`.
};

/// Return about how many bytes the store holds for each of these.
size_t footprint(const accept_record& x);
size_t footprint(const dead_letter& x);
size_t footprint(const merge_checkpoint& x);
size_t footprint(const kept_chunk& x);

/// One job of the store in memory and all that belongs to it.
struct kept_job {
  job_record record;
  std::map<task_index, kept_chunk> chunks; ///< By first index.
  std::map<task_index, kept_chunk> spare;  ///< Those that are not needed.
  bool spare_dropped = false;              ///< Some were, for want of room.
  std::vector<accept_record> log; ///< Without gaps, ascending by `seq`.
  uint64_t last_seq = 0;
  std::optional<merge_checkpoint> merged;
  std::vector<dead_letter> dead; ///< Ascending by index.
  uint64_t submitted_us = 0;
  uint64_t input_seq = 0;
  uint64_t succeeded = 0;
  uint64_t attempts = 0;
  range_set settled; ///< Of a job that has not ended: what is not to run.
  attempt_counts counts;
  attempt_history history;
  std::string first_dead;
  error fatal;
  lease_history leases;

  /// Returns what is held from the beginning until the job is forgotten.
  size_t base_bytes() const;

  /// Returns what is held of tasks and leases; O(1).
  size_t past_bytes() const;

  /// Returns all of it but the spare inputs.
  size_t bytes() const;

  /// Enters what was accepted, but not the record itself.
  /// @returns the bytes of inputs that became spare by this.
  size_t complete(const accept_record& done);

  /// Enters a task that was given up.
  void bury(const dead_letter& letter);

  /// Enters what went wrong with a task, unless that task has ended.
  void note(const setback& what);

  /// Drops what nobody needs when the job has ended: log and checkpoint if it
  /// has no dead letters. All inputs but those of dead letters become spare.
  struct release {
    size_t bytes = 0; ///< Dropped or spare, `past_bytes` apart.
    size_t spare = 0; ///< Of them, those that became spare.
  };
  release release_all();

  /// Returns the bytes of spare inputs; O(chunks).
  size_t spare_bytes() const;

  /// Takes letters out. @returns their indices, ascending.
  std::vector<task_index> take_dead(const std::vector<task_index>& indices,
                                    size_t& released);

  /// Lets an ended job go on with only these tasks.
  void resume(const std::vector<task_index>& ready);

  job_snapshot snapshot() const;

private:
  size_t release_inputs(const accept_record& done);
  using chunk_position = std::map<task_index, kept_chunk>::iterator;
  chunk_position put_aside(chunk_position which);
  void settle(index_range range);
  std::vector<task_past> pasts(const std::vector<index_range>& ready) const;
};

} // namespace troupe
