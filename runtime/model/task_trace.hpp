#pragma once

#include "runtime/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// A step in the life of a task or a job. The values travel between nodes:
/// append, never renumber.
enum class trace_kind : uint8_t {
  submitted = 0, ///< The job was stored.
  ready = 1,     ///< It may be leased: at first, or again.
  leased = 2,    ///< A worker got it.
  started = 3,   ///< The worker began to run the slice that it is in.
  ended = 4,     ///< The worker ended the slice that it is in.
  accepted = 5,  ///< Its result was recorded.
  failed = 6,    ///< Its attempt failed.
  revoked = 7,   ///< It was taken from its worker, or that was lost.
  merged = 8,    ///< Its result is in the job's result.
  dead = 9,      ///< It was given up.
  job_ended = 10,
};
constexpr uint8_t trace_kind_count = 11;

struct trace_step {
  trace_kind kind = trace_kind::submitted;
  uint64_t at_us = 0;   ///< Microseconds since the submit.
  index_range range;    ///< The tasks that share the step.
  uint32_t attempt = 0; ///< 0: not known, or of no task.
  std::string node;
  lease_id lease;
  std::string text; ///< Why, for people; may be empty.
};

/// What happened to a task, or to the leases of a job, in the order of time.
struct task_trace {
  job_id job = 0;
  bool one = false; ///< Of the task `index`.
  task_index index = 0;
  std::vector<trace_step> steps;
  bool incomplete = false; ///< Older steps are not kept any more.
};

} // namespace troupe
