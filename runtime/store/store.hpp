#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/job_snapshot.hpp"
#include "runtime/model/lease_history.hpp"
#include "runtime/model/records.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct put_job_reply {
  job_id id = 0;
  bool existed = false; ///< The idempotency key was known.
};

/// Where jobs live: the truth from which every other actor can be rebuilt.
/// Not thread-safe; the STORE actor owns the only one. Every implementation
/// passes `tests/runtime/store/store_conformance.hpp`.
class store {
public:
  virtual ~store() = default;

  /// Grows with every writable opening and every `load`.
  virtual uint64_t term() const = 0;

  /// Bytes held: inputs, results and partials, and what is known of tasks.
  virtual size_t bytes() const = 0;

  /// Bytes of inputs that nobody needs any more, kept so that their jobs can be
  /// run again. They make room for anything else, those of the oldest job
  /// first, and have at most a quarter of what the store may hold.
  virtual size_t spare_bytes() const = 0;

  /// Begins a new term and returns all kept jobs in ascending order of their
  /// ids: what everybody else is rebuilt from.
  virtual std::vector<job_snapshot> load() = 0;

  /// Creates a job. With an idempotency key that is known, returns that job.
  /// @param submitted_us Wall clock, only kept. Errors: `store_full`.
  virtual result<put_job_reply> put_job(const job_spec& spec,
                                        uint64_t submitted_us) = 0;

  /// Appends packed inputs to an open job.
  /// @param seq The client's number of them, counting up from 1; 0: none. Those
  ///            that came before are stored already and are not appended again.
  /// @param near Where they are best run, see `kept_inputs`; only kept.
  /// @returns the range of their indices. Errors: `unknown_job`, `job_ended`
  ///          when it is not open, `store_full`, `protocol_violation` when
  ///          the buffer is not packed.
  virtual result<index_range> put_inputs(job_id job, const blob& packed,
                                         uint64_t seq,
                                         const std::string& near = {}) = 0;

  /// Marks that no more inputs follow (`open -> running`).
  virtual result<void> close(job_id job) = 0;

  /// Records slices of the current term; sets the `seq` of each.
  /// Inputs that are no longer needed become spare.
  virtual void accept(std::vector<accept_record>& records) = 0;

  /// Keeps what went wrong with tasks that may still succeed, until they end.
  virtual void note_setbacks(const std::vector<setback>& setbacks) = 0;

  /// Keeps what type the function of a job returns: its results cannot be
  /// merged without. The first one stays.
  virtual void note_function(job_id job, const std::string& type) = 0;

  /// Keeps why a job must fail; the first reason stays.
  virtual void note_fatal(job_id job, const error& why) = 0;

  /// Keeps what happened to leases, also of jobs that have ended.
  virtual void note_leases(const std::vector<lease_event>& events) = 0;

  /// Returns what happened to the leases of a job; nothing of an unknown one.
  virtual lease_history leases_of(job_id job) const = 0;

  /// Keeps the names of the nodes that are up.
  virtual void put_node(const std::string& name, bool up) = 0;

  /// Returns the names of the nodes that are up, in their order.
  virtual std::vector<std::string> nodes() const = 0;

  /// Keeps that people cordoned a node, until they uncordon it.
  virtual void put_cordon(const std::string& node, bool cordoned) = 0;

  /// Returns the names of the cordoned nodes, in their order.
  virtual std::vector<std::string> cordoned() const = 0;

  /// Keeps dead letters.
  virtual void bury(const std::vector<dead_letter>& letters) = 0;

  /// Returns records of `job` after `seq`, in order, at least one if there is
  /// any and then up to about `bytes_max`.
  virtual std::vector<accept_record> log_after(job_id job, uint64_t seq,
                                               size_t bytes_max) const = 0;

  /// Replaces the checkpoint and drops the records it covers.
  virtual void put_checkpoint(job_id job, merge_checkpoint checkpoint) = 0;
  virtual std::optional<merge_checkpoint> checkpoint(job_id job) const = 0;

  /// Ends a job; the first terminal state wins.
  /// @returns true if this call ended it. Errors: `unknown_job`.
  virtual result<bool> finish(const job_status& final_status, blob result) = 0;

  virtual const job_record* find(job_id job) const = 0;

  /// Returns the ids of all kept jobs in ascending order.
  virtual std::vector<job_id> jobs() const = 0;

  /// Returns the dead letters of a job, ascending by index, until the store
  /// changes; none of an unknown one.
  virtual const std::vector<dead_letter>& dead_letters(job_id job) const = 0;

  /// Takes dead letters of a failed job back: `failed -> running`. Its accept
  /// log, its checkpoint and the inputs of its dead letters were kept for that.
  /// Its deadline, which may be long past, is cleared.
  /// Of other jobs nothing happens.
  /// @param indices In any order; those that are no dead letters are ignored.
  /// @returns the indices that were taken back, ascending; none: no change.
  virtual std::vector<task_index>
  requeue(job_id job, const std::vector<task_index>& indices) = 0;

  /// Drops dead letters of a job that has ended; with the last one also what
  /// was kept for them. @returns how many were dropped.
  virtual uint64_t purge(job_id job,
                         const std::vector<task_index>& indices) = 0;

  /// Returns the packed inputs of a job that are still kept, by index.
  virtual std::vector<kept_inputs> inputs_of(job_id job) const = 0;

  /// Returns the same and the spare ones: all of the job, if none were dropped.
  virtual std::vector<kept_inputs> all_inputs_of(job_id job) const = 0;

  /// Returns what is known of the failed attempts of a task of a job that has
  /// not ended.
  virtual std::vector<attempt_record> past_of(job_id job,
                                              task_index index) const = 0;

  /// Whether inputs of the job came after it was put.
  virtual bool has_streamed_inputs(job_id job) const = 0;

  /// Returns the number of the last record of a job's accept log, 0 if none.
  virtual uint64_t last_seq(job_id job) const = 0;

  /// Forgets an ended job and everything about it.
  virtual void forget(job_id job) = 0;
};

struct memory_store_options {
  uint64_t term = 1;
  size_t bytes_max = size_t{4} << 30; ///< Payload bytes before `store_full`.
};

std::unique_ptr<store> make_memory_store(const memory_store_options& options);

} // namespace troupe
