#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/job.hpp"
#include "runtime/wire/messages.hpp"

#include <string>

namespace troupe {

/// Checks a job against the function that it names, before anything runs.
/// @returns the type of the job's result: the reducer's, or the function's if
///          results are streamed.
/// Errors: `bad_input`, `bad_args`, `unknown_reducer`, `bad_reducer`, each
/// saying what the function takes and what the job gives.
result<std::string> admit(const job_spec& spec, const function_info& function);

/// Checks the size of every packed input of a chunk whose first task is
/// `first`; without a look inside if the whole chunk is not larger than one
/// input may be. Errors: `input_too_large` naming the index,
/// `protocol_violation` if what is larger is not packed inputs.
result<void> check_inputs(const blob& packed, task_index first,
                          size_t bytes_max);

} // namespace troupe
