#pragma once

#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/table.hpp"

#include <string>
#include <vector>

namespace troupe::shell {

/// Returns how a cluster is, a line each: nodes, slots, queue, rates, jobs.
std::string describe(const cluster_view& view);

/// Returns the newest jobs, as many as a screen has room for.
std::vector<job_status> shown_jobs(const cluster_view& view);

/// Returns the newest failures; no rows if there are none.
table failure_table(const std::vector<recent_failure>& failures);

/// Returns a time in nanoseconds for people; `-` for 0.
std::string run_time(uint64_t ns);

std::string status_json(const cluster_view& view);

} // namespace troupe::shell
