#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// An attempt that failed lately.
struct recent_failure {
  job_id job = 0;
  task_index index = 0;
  std::string node;
  errc code = errc::function_failed;
  std::string text;
  uint64_t ago_us = 0;
};

/// What the scheduler has to do, and how fast it gets done.
struct cluster_load {
  uint64_t jobs = 0; ///< Jobs with tasks that have no result.
  uint64_t ready = 0;
  uint64_t leased = 0;
  uint64_t backoff = 0;
  uint64_t oldest_ready_us = 0; ///< For how long the longest has been waiting.
  uint64_t accepted = 0;        ///< Results since the scheduler started.
  uint64_t failed = 0;          ///< Attempts since the scheduler started.
  double accepted_per_s = 0;    ///< Over the last seconds.
  double failed_per_s = 0;
  /// Run time of a task over the last seconds, in nanoseconds; 0: none ran.
  uint64_t run_ns_p50 = 0;
  uint64_t run_ns_p90 = 0;
  uint64_t run_ns_p99 = 0;
  std::vector<recent_failure> failures; ///< The newest first.
};

} // namespace troupe
