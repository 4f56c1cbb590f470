#include "actors/coordinator.hpp"
#include "runtime/wire/caf_error.hpp"

/// The COORDINATOR's part that tells people about the tasks of a job.
namespace troupe {

caf::result<task_listing> coordinator_state::list(const list_tasks&) {
  return to_caf({errc::internal, "not there yet"});
}

caf::result<job_shares> coordinator_state::shares(const list_shares&) {
  return to_caf({errc::internal, "not there yet"});
}

} // namespace troupe
