#pragma once

#include "nodes/shell/table.hpp"
#include "nodes/shell/top_screen.hpp"
#include <troupe/client.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::shell {

/// Asks for everything about a node or a job and returns it a line each, as
/// wide as `columns` where that is possible. What cannot be known is said so.
std::vector<std::string> details_of(const client& from,
                                    const top_subject& about, size_t columns);

/// Who does what for a job.
table share_table(const std::vector<job_share>& shares);

/// Where tasks are.
table group_table(const std::vector<task_group>& groups);

} // namespace troupe::shell
