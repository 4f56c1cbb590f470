#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"

namespace troupe {

/// One accepted slice in a job's accept log.
struct accept_record {
  uint64_t seq = 0; ///< Position in the log, from 1; set by the store.
  job_id job = 0;
  index_range range;
  std::vector<task_index> failed; ///< Indices of `range` without a result.
  blob results; ///< Packed results of the others, or a merged partial.
};

/// A task that was given up, with what is known of its last attempt.
struct dead_letter {
  job_id job = 0;
  task_index index = 0;
  uint32_t attempts = 0;
  errc code = errc::function_failed;
  std::string text;
  std::string node; ///< Where the last attempt ran.
};

/// How far a job's merge has come; records up to `seq` are in `merged`.
struct merge_checkpoint {
  uint64_t seq = 0;
  std::vector<index_range> covered;
  blob merged;
};

} // namespace troupe
