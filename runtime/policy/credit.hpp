#pragma once

#include "runtime/base/limits.hpp"
#include "runtime/model/resources.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace troupe {

/// The run time of a function's tasks as an exponentially weighted moving
/// average (weight 1/4 for a new observation), per function name.
class run_time_estimates {
public:
  /// Notes that `tasks` tasks took `busy_ns` nanoseconds together.
  void observe(const std::string& function, uint64_t tasks, uint64_t busy_ns);

  /// Returns nanoseconds per task, at least 1; 0 if nothing is known yet.
  uint64_t ns_per_task(const std::string& function) const;

private:
  std::unordered_map<std::string, double> ns_;
};

/// What a worker holds and may hold, as the scheduler sees it.
struct worker_load {
  uint32_t slots = 1;        ///< How many tasks it runs at once.
  size_t leases = 0;         ///< Current leases, running or queued.
  uint64_t tasks = 0;        ///< Outstanding tasks.
  uint64_t estimated_ns = 0; ///< Sum of `lease_estimate_ns` of those leases.
  uint64_t input_bytes = 0;  ///< Outstanding input bytes.
  uint64_t window_tasks = 0; ///< The worker's own credit in tasks.
  uint64_t window_bytes = 0; ///< The worker's own credit in input bytes.
  /// Processors that it offers to its tasks, in ten-thousandths; 0: one for
  /// each slot.
  uint64_t cpus = 0;
  uint64_t cpus_used = 0; ///< By a task of each of its leases.
};

/// Returns what a worker offers, at least one ten-thousandth.
uint64_t offered_cpus(const worker_load& load);

/// Returns how many slots have neither a lease nor too few processors left for
/// a task that needs `cpus` ten-thousandths.
uint32_t free_slots(const worker_load& load, uint64_t cpus);

/// Whether a worker may get anything: it has credit, and a slot that is free or
/// less than `credit_target` outstanding for each processor. What exactly may
/// follow is for `lease_size` to say.
bool has_room(const worker_load& load, bool payload, uint64_t cpus);

struct grant_question {
  uint64_t ns_per_task = 0;      ///< 0: unknown.
  bool payload = true;           ///< False for tasks of a range job.
  uint64_t ready_tasks = 0;      ///< Ready tasks of the job, at least 1.
  uint64_t cluster_slots = 1;    ///< Slots of all workers that could run it.
  uint64_t cpus = resource_unit; ///< That one task needs.
};

/// Returns what the `tasks` unfinished tasks of one lease add to
/// `worker_load::estimated_ns`: their run time, at most `credit_target` (or one
/// long task would hide the free slots beside it), times the processors that
/// one of them needs. An unknown run time counts as `credit_target`.
uint64_t lease_estimate_ns(uint64_t tasks, uint64_t ns_per_task,
                           uint64_t cpus = resource_unit);

/// Returns how many tasks one lease may have for this worker now; 0: none.
///
/// Keeps about `limits::credit_target` of work outstanding per slot. A lease
/// takes half of it, so that one runs while one waits: a slot does not idle for
/// a round trip and little has to be taken back when the worker is lost. More
/// than two leases wait for a slot only if they are small (many jobs of few
/// tasks). A slot without a lease always gets one, so long tasks elsewhere on
/// the worker block nobody. A function of unknown run time gets one task per
/// slot; tasks longer than the target get one per slot and no queue. Never more
/// than the caps of `limits`, than the worker's own credit in tasks, or than an
/// equal share of what is ready (ceil(ready / (2 * cluster_slots)), so the tail
/// spreads over all slots: guided self-scheduling, C. Polychronopoulos and
/// D. Kuck, IEEE ToC 1987), unless that share is too little work to be worth a
/// lease of its own. The worker's credit in bytes only decides whether
/// there is a lease; the caller cuts it to the bytes that are left.
uint64_t lease_size(const worker_load& load, const grant_question& question);

} // namespace troupe
