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

caf::result<task_trace> coordinator_state::trace(const trace_task&) {
  return to_caf({errc::internal, "not there yet"});
}

caf::result<submit_reply> coordinator_state::rerun(const rerun_job&) {
  return to_caf({errc::internal, "not there yet"});
}

} // namespace troupe
