#pragma once

#include "runtime/model/job.hpp"
#include "runtime/model/records.hpp"
#include "runtime/model/states.hpp"
#include "runtime/model/task_listing.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace troupe {

/// How a task of a job that has ended did, if it is no dead letter; nothing if
/// that differs from task to task and is not known any more.
/// @param purged Whether dead letters of the job were dropped.
std::optional<task_state> state_of_others(const job_status& ended, bool purged);

/// Dead letters of a job in the order of their indices.
struct dead_page {
  std::vector<dead_letter> letters;
  bool complete = true; ///< There are none behind the last one.
};

/// Settles the groups of a listing that have ended somehow, which are listed as
/// `cancelled`: dead letters are dead, the others are in the state `others`.
/// Groups in states that are not wanted go, and at most `most` stay.
/// @param states As in `list_tasks`.
/// @param page All dead letters from the first of these groups on, or as many
///             as fit into a page: then the listing ends there and has more.
task_listing settle_ended(const task_listing& found, task_state others,
                          const dead_page& page, uint32_t states,
                          uint32_t most);

} // namespace troupe
