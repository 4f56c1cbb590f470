#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/table.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/task_listing.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Tasks of a job as JSON (the keys are a promise) and as text for people.
namespace troupe::shell {

/// Reads names of states with commas between them, as `--state` takes them.
/// @returns Bit `1 << state` for each. Failures: usage, with the nearest names.
outcome<uint32_t> parse_task_states(std::string_view text);

/// Returns a group of tasks as one JSON object.
std::string group_json(job_id job, const task_group& group);

table task_table(const std::vector<task_group>& groups);

} // namespace troupe::shell
