#pragma once

#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/body.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// One task of a slice whose attempt failed.
struct failed_task {
  task_index index = 0;
  errc code = errc::function_failed;
  std::string text;         ///< The function's own words, for people.
  uint64_t duration_us = 0; ///< How long the attempt ran.
};

/// The results of consecutive tasks of one lease. Frozen once built: it is
/// sent again byte for byte until it is acknowledged or refused.
struct slice {
  lease_id lease;
  job_id job = 0;
  uint32_t seq = 0; ///< Counts the lease's slices from 0.
  index_range range;
  std::vector<failed_task> failed; ///< In index order.
  body results; ///< Packed results of the others, or one merged partial.
  uint64_t busy_ns = 0; ///< Time spent in the function for all of `range`.
  error fatal; ///< Not `ok`: the whole job fails (an overflow in a reducer).
  /// From the arrival of the lease at the worker to the start of its first
  /// task, and from there to the end of its last one.
  uint64_t waited_us = 0;
  uint64_t took_us = 0;
};

} // namespace troupe
