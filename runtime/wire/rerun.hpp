#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/records.hpp"
#include "runtime/wire/store_messages.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace troupe {

/// A new job with the function, options and inputs of one that has ended.
struct rerun_plan {
  job_spec spec;                   ///< Without idempotency key and deadline.
  std::vector<kept_inputs> inputs; ///< By index; none of range jobs.
};

/// Plans to run a job again. Whole chunks are shared, not copied.
/// @param input_type What its function takes; empty: not known.
/// @param copied_bytes_max Of dead letters that lie in chunks with others.
/// Errors: `inputs_not_kept`, `unknown_function` if inputs of a range job must
/// be encoded and nobody has said how, `bad_usage` if only dead letters are
/// wanted and there are none, `store_full` if too much had to be copied.
result<rerun_plan> plan_rerun(const store_inputs& job, bool only_dead,
                              const std::string& input_type,
                              size_t copied_bytes_max);

} // namespace troupe
