#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/states.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Neighbouring tasks of a job that are in the same state in the same way.
struct task_group {
  index_range range;
  task_state state = task_state::ready;
  uint32_t attempt = 1;
  std::string node;         ///< Of leased tasks: who has them.
  lease_id lease;           ///< Of leased tasks.
  bool running = false;     ///< The first task of its lease without a result.
  uint64_t age_us = 0;      ///< Of leased tasks: since they were granted.
  uint64_t retry_in_us = 0; ///< Of tasks in backoff.
};

/// A part of a list of the tasks of a job, in the order of their indices.
struct task_listing {
  std::vector<task_group> items;
  bool more = false;
  task_index next = 0; ///< Where the rest begins, if there is `more`.
};

/// What one node does for a job.
struct job_share {
  std::string node;
  uint64_t leased = 0;    ///< Tasks that it has now.
  uint64_t succeeded = 0; ///< Tasks whose results were accepted from it.
  uint64_t failed = 0;    ///< Attempts that failed there.
  uint64_t busy_us = 0;   ///< Time spent in the function.
};

} // namespace troupe
