#include "actors/scheduler.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <utility>

/// The SCHEDULER's part that tells people what there is to do, and what failed.
namespace troupe {

namespace {

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
  return core->list(what.job,
                    {what.states, what.older_us, what.from, what.most},
                    self->clock().now());
}

caf::result<job_shares> scheduler_state::shares(const list_shares& what) const {
  if (!core->knows(what.job))
    return not_scheduled(what.job);
  return job_shares{core->shares(what.job)};
}

caf::result<cluster_load> scheduler_state::load() const {
  return core->load(self->clock().now());
}

void scheduler_state::publish_failures() {
  auto news = core->take_failure_news(self->clock().now());
  if (news.empty() || !options.publish)
    return;
  events message;
  auto at_us = static_cast<uint64_t>(options.wall->now_us());
  for (auto& x : news) {
    event item;
    item.kind = x.dead ? event_kind::task_dead : event_kind::task_failed;
    item.job = x.job;
    item.index = x.index;
    item.node = std::move(x.node);
    item.text = std::move(x.text);
    item.at_us = at_us;
    message.items.push_back(std::move(item));
  }
  options.publish(std::move(message));
}

} // namespace troupe
