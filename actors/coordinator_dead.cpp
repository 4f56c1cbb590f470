#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/policy/ended_tasks.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>

/// The COORDINATOR's part that is about jobs that did not go well: deadlines,
/// and dead letters that people look at, requeue and purge.
namespace troupe {

// -- deadlines ----------------------------------------------------------------

void coordinator_state::set_deadline(job_id id, job& of) {
  auto unix_ms = of.spec.options.deadline_unix_ms;
  if (unix_ms == 0)
    return;
  auto left_us = static_cast<int64_t>(unix_ms) * 1000 - options.wall->now_us();
  auto left = std::chrono::microseconds{std::max<int64_t>(left_us, 0)};
  of.deadline_at = self->clock().now() + left;
  deadlines.emplace(*of.deadline_at, id);
  self->delayed_send(self, left, tick_atom::value);
}

void coordinator_state::end_late_jobs() {
  auto now = self->clock().now();
  while (!deadlines.empty() && deadlines.begin()->first <= now) {
    auto id = deadlines.extract(deadlines.begin()).value().second;
    if (auto i = jobs.find(id);
        i != jobs.end() && !is_terminal(i->second.status.state))
      begin_end(id, i->second,
                {job_state::failed,
                 "its deadline passed before all of its tasks had ended"});
  }
}

// -- dead letters -------------------------------------------------------------

caf::result<dead_letters>
coordinator_state::list_dead_letters(const list_dead& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  if (what.which.job != 0 && !jobs.contains(what.which.job))
    return no_such_job(what.which.job);
  auto promise = self->make_response_promise<dead_letters>();
  auto ticket = ++last_ticket;
  dead_lists.emplace(ticket, promise);
  self->send(options.store, store_list_dead{ticket, what});
  return promise;
}

void coordinator_state::listed_dead(const store_dead& what) {
  if (explain_dead(what) || list_dead_tasks(what))
    return;
  if (auto node = dead_lists.extract(what.ticket); !node.empty())
    node.mapped().deliver(what.found);
}

caf::result<dead_changed> coordinator_state::change(const requeue_dead& what) {
  return change_dead(what.which, true);
}

caf::result<dead_changed> coordinator_state::change(const purge_dead& what) {
  return change_dead(what.which, false);
}

caf::result<dead_changed>
coordinator_state::change_dead(const dead_selector& which, bool requeue) {
  if (auto ok = check(which); !ok)
    return to_caf(ok.error());
  if (which.job != 0) {
    auto i = jobs.find(which.job);
    if (i == jobs.end())
      return no_such_job(which.job);
    if (!is_terminal(i->second.status.state))
      return to_caf(
        {errc::job_not_ended, "job " + std::to_string(which.job)
                                + " has not ended yet: its dead letters can be "
                                  "requeued or purged when it has"});
  }
  if (requeue && draining)
    return to_caf({errc::draining, "the coordinator is shutting down and "
                                   "takes no work back"});
  auto promise = self->make_response_promise<dead_changed>();
  auto ticket = ++last_ticket;
  dead_changes.emplace(ticket, promise);
  self->send(options.store, store_change_dead{ticket, which, requeue});
  return promise;
}

void coordinator_state::changed_dead(const store_dead_changed& what) {
  schedule message;
  for (const auto& x : what.resumed)
    resume(x, message);
  for (const auto& x : what.purged)
    if (auto i = jobs.find(x.job); i != jobs.end()) {
      i->second.purged = true;
      if (x.dead_left == 0)
        keep_ended(x.job, i->second);
    }
  if (!message.jobs.empty())
    send_schedule(std::move(message));
  expire();
  if (auto node = dead_changes.extract(what.ticket); !node.empty())
    node.mapped().deliver(
      dead_changed{what.letters, what.resumed.size() + what.purged.size()});
}

/// Lets a failed job go on with the tasks that were requeued.
void coordinator_state::resume(const store_dead_changed::resumed_job& what,
                               schedule& out) {
  auto id = what.last.id;
  auto& entry = jobs[id];
  entry.spec = what.spec;
  entry.status = what.last;
  entry.others = state_of_others(what.last, entry.purged);
  auto& status = entry.status;
  status.state = job_state::running;
  status.reason.clear();
  status.cancelled = 0;
  status.dead = what.dead_left;
  entry.submitted_at =
    self->clock().now() - std::chrono::microseconds{status.seconds_us};
  entry.end.reset();
  entry.writing_end = false;
  entry.kept_ended = false;
  std::erase(ended, id);
  ++unfinished;
  // Whoever requeues wants it to run, though its deadline may be long past.
  entry.spec.options.deadline_unix_ms = 0;
  entry.deadline_at.reset(); // It left `deadlines` when the job ended.
  attention.insert(id);
  entry.log_seq = what.last_seq;
  drive_merger(id, entry); // It reads what was accepted before.
  schedule_job more;
  more.job = id;
  more.header = header_of(id, entry.spec);
  more.options = entry.spec.options;
  more.tasks = status.tasks;
  more.ready = what.ready;
  more.inputs = what.inputs;
  more.succeeded = status.succeeded;
  more.dead = status.dead;
  more.attempts = status.attempts;
  more.resumed = true;
  more.closed = true;
  more.last_seq = what.last_seq;
  out.jobs.push_back(std::move(more));
  publish(event_kind::job_state, entry);
}

/// Begins the time for which an ended job is kept. One with dead letters is
/// kept until they are requeued or purged.
void coordinator_state::keep_ended(job_id id, job& of) {
  if (std::exchange(of.kept_ended, true))
    return;
  of.ended_at = self->clock().now();
  ended.push_back(id);
}

} // namespace troupe
