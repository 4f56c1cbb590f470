#include "actors/scheduler.hpp"
#include "runtime/base/limits.hpp"

#include <caf/actor_cast.hpp>

#include <set>

/// The SCHEDULER's part that is about what was there before it: jobs of a
/// coordinator that has just started, and leases of workers that join again.
namespace troupe {

void scheduler_state::rejoin(const worker_up& what, peer& from) {
  // What was under way in either direction is lost, or comes again.
  peer fresh;
  fresh.handle = from.handle;
  from = std::move(fresh);
  outgoing.drop_peer(what.worker);
  std::vector<dispatcher::held_part> held;
  held.reserve(what.held.size());
  for (const auto& x : what.held)
    held.push_back({x.lease, x.job, x.rest, x.attempt});
  trim_leases stops;
  for (const auto& id : core->reconcile(what.worker, held, self->clock().now()))
    stops.items.push_back({id, 0, true});
  if (what.held.empty() && stops.items.empty())
    return;
  options.log->info("scheduler", "a worker came with leases",
                    {{"worker", std::to_string(what.worker)},
                     {"held", std::to_string(what.held.size())},
                     {"stopped", std::to_string(stops.items.size())}});
  if (!stops.items.empty())
    self->send(from.handle, std::move(stops));
}

void scheduler_state::add_work(const schedule& what) {
  coordinator = caf::actor_cast<coordinator_actor>(self->current_sender());
  auto is_fresh = !core->knows_any();
  if (what.complete) {
    core->begin_term(what.term);
    forget_unlisted(what.jobs);
  }
  for (const auto& job : what.jobs)
    take_job(job);
  for (const auto& more : what.inputs)
    core->add_inputs(more.job, more.range, more.inputs, more.closed, more.near);
  if (what.complete) {
    if (is_fresh)
      core->hold_back(what.nodes, self->clock().now() + limits::rejoin_grace);
    core->report_all();
  }
  request_flush();
}

void scheduler_state::take_job(const schedule_job& what) {
  headers.insert_or_assign(what.job, what.header);
  if (what.resumed && core->knows(what.job))
    return refresh_job(what);
  dispatcher::job_terms terms;
  terms.id = what.job;
  terms.function = what.header.function;
  terms.payload = what.header.inputs == input_kind::chunks;
  terms.tasks = what.tasks;
  terms.retry.base = std::chrono::milliseconds{what.options.backoff_base_ms};
  terms.retry.cap = std::chrono::milliseconds{what.options.backoff_cap_ms};
  terms.retry.max_attempts = what.options.retries + 1;
  terms.max_dead =
    what.options.max_dead == 0 ? options.max_dead : what.options.max_dead;
  terms.max_crashes = what.options.max_crashes;
  terms.added_at = self->clock().now();
  terms.rank = {what.options.priority, what.options.weight};
  terms.needs = what.options.needs;
  terms.labels = what.options.labels;
  terms.prefers = what.options.prefers;
  const auto& wanted = what.options.placement;
  if (auto named = find_placement(wanted.empty() ? options.placement : wanted))
    terms.placement = named;
  if (!what.resumed && what.ready.empty()) {
    core->add_job(terms);
    return;
  }
  dispatcher::resumption before{what.tasks, what.ready, what.inputs,
                                what.succeeded, what.dead};
  before.closed = what.closed || !what.resumed;
  before.pasts = what.pasts;
  before.attempts = what.attempts;
  before.first_dead = what.first_dead;
  before.fatal = what.fatal;
  core->resume_job(terms, before, self->clock().now());
  // What is accepted next is not the only record of the job.
  if (what.last_seq > 0)
    log_seqs[what.job] = what.last_seq;
}

/// The coordinator was lost and the scheduler was not: it knows all of the job
/// but inputs that were stored and never passed on. Whoever paused the job is
/// gone, too.
void scheduler_state::refresh_job(const schedule_job& what) {
  for (const auto& part : what.inputs)
    core->add_inputs(what.job, part.range, part.packed, false, part.near);
  core->add_inputs(what.job, {}, {}, what.closed);
  core->pause(what.job, false);
}

void scheduler_state::forget_unlisted(const std::vector<schedule_job>& listed) {
  std::set<job_id> wanted;
  for (const auto& job : listed)
    wanted.insert(job.job);
  unschedule ended;
  for (auto job : core->known_jobs())
    if (!wanted.contains(job))
      ended.jobs.push_back(job);
  if (!ended.jobs.empty())
    remove_work(ended);
}

} // namespace troupe
