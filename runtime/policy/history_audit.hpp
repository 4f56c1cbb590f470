#pragma once

#include "runtime/model/job_audit.hpp"
#include "runtime/model/lease_event.hpp"
#include "runtime/model/states.hpp"

#include <cstdint>
#include <vector>

namespace troupe {

/// What the store says of a job, beside its leases.
struct audited_job {
  job_id id = 0;
  job_state state = job_state::open;
  uint64_t tasks = 0;
  /// Tasks of an ended job that need no result: those that were cancelled, and
  /// dead letters that are no longer kept.
  uint64_t excused = 0;
  std::vector<task_index> dead; ///< Dead letters that are kept; in any order.
};

/// Replays what happened to the leases of a job and finds what must not be: a
/// result of a task that was accepted twice, a slice from a lease that was not
/// current or outside of what was left of it, two current leases of one task,
/// and, when the job has ended, tasks without a result.
///
/// It shares no code with the lease book that wrote the history.
/// @param incomplete Whether the oldest events are missing; then nothing is
///                   held against what only they could explain.
job_audit audit_history(const audited_job& job,
                        const std::vector<lease_event>& events,
                        bool incomplete);

} // namespace troupe
