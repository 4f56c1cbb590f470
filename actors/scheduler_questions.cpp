#include "actors/scheduler.hpp"
#include "runtime/wire/caf_error.hpp"

/// The SCHEDULER's part that tells people what there is to do.
namespace troupe {

caf::result<task_listing> scheduler_state::list(const list_tasks&) const {
  return to_caf({errc::internal, "not there yet"});
}

caf::result<job_shares> scheduler_state::shares(const list_shares&) const {
  return to_caf({errc::internal, "not there yet"});
}

caf::result<cluster_load> scheduler_state::load() const {
  return to_caf({errc::internal, "not there yet"});
}

} // namespace troupe
