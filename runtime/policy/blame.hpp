#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/ready_queue.hpp"

#include <cstdint>
#include <vector>

/// Which task killed a worker? Nobody can tell: the process is gone, and with
/// it what it knew. So the tasks it held are halved again and again until the
/// culprit is alone, and only a task that had the whole worker for itself is
/// ever blamed (docs/adr/0012).
namespace troupe {

/// Returns the pieces in which a range that was lost with its worker becomes
/// ready: equal but for one index, at most `limits::crash_pieces_max`, in
/// order. Precondition: not empty.
std::vector<index_range> split_after_crash(index_range lost);

/// Returns whether a range must have a worker for itself, so that a crash says
/// something about it: one index that crashes before did not clear. One crash
/// does not suffice, or the tasks of a machine that was switched off would all
/// queue up for that.
/// @param max_crashes Of the job; 0: nothing is blamed, nothing runs alone.
bool must_run_alone(const ready_range& what, uint32_t max_crashes);

} // namespace troupe
