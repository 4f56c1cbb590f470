#pragma once

#include "nodes/shell/invocation.hpp"
#include "runtime/model/job.hpp"

#include <cstdint>
#include <string>

namespace troupe::shell {

/// What `--dry-run` found out about a job.
struct checked_job {
  job_spec spec;
  uint64_t tasks = 0;
  uint64_t input_bytes = 0; ///< Of all inputs together, encoded; 0: a range.
  std::string signature;    ///< Of its function; empty: no node offers it yet.
  std::string result_type;  ///< Empty: not known.
};

/// Returns the effective job as a job file has it, on one line: all that was
/// given or has a default. What only the coordinator knows is left out.
/// @param call Where inputs, arguments and deadline are as they were written.
std::string job_file_json(const job_spec& spec, const invocation& call);

/// Returns `{"job": JOB FILE, "tasks": N, ...}`.
std::string checked_json(const checked_job& what, const invocation& call);

/// Returns the same for people, a line each.
std::string describe(const checked_job& what, const invocation& call);

} // namespace troupe::shell
