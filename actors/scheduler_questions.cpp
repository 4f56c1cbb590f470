#include "actors/scheduler.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>

/// The SCHEDULER's part that tells people what there is to do, who does it and
/// how fast.
namespace troupe {

namespace {

/// A year: no lease is older, and times can be counted with it.
constexpr uint64_t oldest_us = 365ull * 24 * 60 * 60 * 1'000'000;

caf::error not_scheduled(job_id job) {
  return to_caf({errc::unknown_job, "job " + std::to_string(job)
                                      + " is not scheduled: it has just "
                                        "ended"});
}

} // namespace

caf::result<task_listing> scheduler_state::list(const list_tasks& what) const {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  if (!core->knows(what.job))
    return not_scheduled(what.job);
  dispatcher::task_filter filter;
  filter.states = what.states;
  filter.older = std::chrono::microseconds{std::min(what.older_us, oldest_us)};
  filter.from = what.from;
  filter.most = what.most;
  return core->list(what.job, filter, self->clock().now());
}

caf::result<job_shares> scheduler_state::shares(const list_shares& what) const {
  if (!core->knows(what.job))
    return not_scheduled(what.job);
  return job_shares{core->shares(what.job)};
}

caf::result<cluster_load> scheduler_state::load() const {
  return core->load(self->clock().now());
}

} // namespace troupe
