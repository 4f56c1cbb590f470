#pragma once

#include "runtime/model/lease_event.hpp"
#include "runtime/model/records.hpp"
#include "runtime/model/states.hpp"
#include "runtime/model/task_trace.hpp"
#include "runtime/policy/retry.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What is known of a job, beside its leases.
struct traced_job {
  job_id id = 0;
  job_state state = job_state::open;
  uint64_t tasks = 0;
  uint64_t submitted_us = 0; ///< By the clock of `lease_event::at_us`.
  uint64_t lasted_us = 0;    ///< Of a job that has ended.
  std::string reason;        ///< Why it failed or was cancelled.
  bool stream = false;
  bool streamed_inputs = false; ///< Some came after the submit.
  retry_policy retry;
  std::map<worker_id, std::string> nodes; ///< As far as they are known.
};

/// What is known of a task, beside its leases.
struct traced_task {
  task_index index = 0;
  std::vector<attempt_record> past;  ///< Failed attempts, if it has not ended.
  std::optional<dead_letter> letter; ///< If it is dead.
};

/// Tells the life of a task from the leases of its job. What is not recorded is
/// left out, or its text says what the time stands for. When a task was started
/// and ended is by its worker's clock, counted from the arrival of the lease
/// there, and never later than its result was accepted here.
///
/// @param incomplete Whether the oldest events are missing.
task_trace trace_of(const traced_job& job, const traced_task& task,
                    const std::vector<lease_event>& events, bool incomplete);

/// Tells the life of a job and of its leases: the submit and the newest of
/// `limits::trace_steps_max` steps.
task_trace trace_of(const traced_job& job,
                    const std::vector<lease_event>& events, bool incomplete);

} // namespace troupe
