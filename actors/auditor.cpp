#include "actors/auditor.hpp"

#include "actors/harden.hpp"
#include "runtime/policy/history_audit.hpp"
#include "runtime/policy/trace.hpp"

#include <algorithm>
#include <chrono>

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

task_trace trace(const trace_leases& what) {
  const auto& facts = what.facts;
  traced_job job;
  job.id = facts.job;
  job.state = facts.state;
  job.tasks = facts.tasks;
  job.submitted_us = what.submitted_us;
  job.lasted_us = facts.last.seconds_us;
  job.reason = facts.last.reason;
  job.stream = facts.options.stream;
  job.streamed_inputs = facts.streamed_inputs;
  job.retry.base = std::chrono::milliseconds{facts.options.backoff_base_ms};
  job.retry.cap = std::chrono::milliseconds{facts.options.backoff_cap_ms};
  job.retry.max_attempts = facts.options.retries + 1;
  job.nodes = what.nodes;
  auto events = facts.leases.events(facts.job);
  auto incomplete = facts.leases.incomplete();
  if (!what.what.one)
    return trace_of(job, events, incomplete);
  traced_task task{what.what.index, facts.past, facts.letter};
  return trace_of(job, task, events, incomplete);
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
    [self](const trace_leases& x) {
      self->quit();
      return trace(x);
    },
  };
}

} // namespace troupe
