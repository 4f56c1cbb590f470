#include "actors/scheduler.hpp"
#include "runtime/wire/caf_error.hpp"

/// The SCHEDULER's part for people: workers that are taken out of work, and
/// the answer to why a task is where it is.
namespace troupe {

void scheduler_state::cordon(const worker_cordon& what) {
  if (!peers.contains(what.worker))
    return;
  core->cordon(what.worker, what.what != cordon_kind::uncordon);
  drains.erase(what.worker);
  if (what.what == cordon_kind::drain)
    drains.emplace(what.worker, self->clock().now() + what.timeout);
  pursue_drain(what.worker);
  request_flush();
}

/// Asks a worker that is drained for what it has not begun: that becomes ready
/// when the worker's answer says how much it really was. When its time is over,
/// stops all that it has.
void scheduler_state::pursue_drain(worker_id worker) {
  auto i = drains.find(worker);
  if (i == drains.end())
    return;
  trim_leases trims;
  if (i->second > self->clock().now()) {
    for (const auto& x : core->unstarted(worker))
      trims.items.push_back({x.lease, x.end, false});
  } else {
    for (const auto& x : core->hand_back(worker))
      trims.items.push_back({x.lease, 0, true});
    if (!trims.items.empty())
      options.log->info("scheduler",
                        "the time of a drain is over: what its worker still "
                        "has runs elsewhere",
                        {{"worker", std::to_string(worker)},
                         {"leases", std::to_string(trims.items.size())}});
  }
  if (!trims.items.empty())
    self->send(peers.at(worker).handle, std::move(trims));
}

void scheduler_state::end_drains() {
  auto now = self->clock().now();
  for (const auto& [worker, until] : drains)
    if (until <= now)
      pursue_drain(worker);
}

void scheduler_state::arm_drains() {
  auto now = self->clock().now();
  for (const auto& [worker, until] : drains)
    if (until > now)
      wake_at(until);
}

caf::result<task_explanation>
scheduler_state::explain(const explain_task& what) {
  events_due = events_due || core->lease_events() > 0;
  send_records();
  if (!core->knows(what.job))
    return to_caf({errc::unknown_job, "job " + std::to_string(what.job)
                                        + " is not scheduled: it has just "
                                          "ended"});
  std::optional<task_index> index;
  if (what.one)
    index = what.index;
  return core->explain(what.job, index, self->clock().now());
}

} // namespace troupe
