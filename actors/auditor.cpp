#include "actors/auditor.hpp"

#include "actors/harden.hpp"
#include "runtime/policy/history_audit.hpp"

#include <algorithm>

namespace troupe {

namespace {

job_audit audit(const store_leases& what) {
  audited_job job;
  job.id = what.job;
  job.state = what.state;
  job.tasks = what.tasks;
  job.dead = what.dead;
  if (is_terminal(what.state))
    job.excused = what.last.cancelled + what.last.dead
                  - std::min<uint64_t>(what.last.dead, what.dead.size());
  return audit_history(job, what.leases.events(what.job),
                       what.leases.incomplete());
}

} // namespace

auditor_actor::behavior_type
auditor(auditor_actor::stateful_pointer<auditor_state> self, logger_ptr log) {
  harden(self, log);
  return {
    [self](const store_leases& x) {
      self->quit();
      return audit(x);
    },
  };
}

} // namespace troupe
