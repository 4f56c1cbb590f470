#pragma once

#include "runtime/function/reducer.hpp"
#include "runtime/model/result_collector.hpp"

#include <memory>

namespace troupe {

/// Returns where the results of one lease gather: merged by the job's reducer
/// next to the data, or packed one by one when the reducer keeps them or the
/// job is streamed. Ordered reducers get their results one by one, too: a task
/// that failed and runs again belongs between its neighbours.
/// @param result_type Of the function. Errors: as `make_reducer`.
result<std::unique_ptr<result_collector>>
make_slice_collector(std::string_view reducer_spec,
                     std::string_view result_type, bool stream);

} // namespace troupe
