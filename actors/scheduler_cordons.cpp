#include "actors/scheduler.hpp"
#include "runtime/wire/caf_error.hpp"

#include <algorithm>

/// The SCHEDULER's part for people: workers that are taken out of work, and
/// the answer to why a task is where it is.
namespace troupe {

void scheduler_state::cordon(const worker_cordon& what) {
  if (!peers.contains(what.worker))
    return;
  core->cordon(what.worker, what.what != cordon_kind::uncordon);
  drains.erase(what.worker);
  if (what.what == cordon_kind::drain) {
    drains.emplace(what.worker, self->clock().now() + what.timeout);
    take_unstarted(what.worker);
  }
  request_flush();
}

/// Asks a drained worker for what it has not begun. It becomes ready when the
/// worker's answer says how much that really was.
void scheduler_state::take_unstarted(worker_id worker) {
  trim_leases trims;
  for (const auto& x : core->unstarted(worker))
    trims.items.push_back({x.lease, x.end, false});
  if (!trims.items.empty())
    self->send(peers.at(worker).handle, std::move(trims));
}

/// Stops what drained workers still run when their time is over.
void scheduler_state::end_drains() {
  auto now = self->clock().now();
  for (auto i = drains.begin(); i != drains.end();) {
    if (i->second > now) {
      ++i;
      continue;
    }
    auto worker = i->first;
    i = drains.erase(i);
    trim_leases stops;
    for (const auto& x : core->hand_back(worker))
      stops.items.push_back({x.lease, 0, true});
    if (stops.items.empty())
      continue;
    options.log->info("scheduler",
                      "the time of a drain is over: what its worker still has "
                      "runs elsewhere",
                      {{"worker", std::to_string(worker)},
                       {"leases", std::to_string(stops.items.size())}});
    self->send(peers.at(worker).handle, std::move(stops));
  }
}

caf::result<task_explanation>
scheduler_state::explain(const explain_task& what) const {
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
