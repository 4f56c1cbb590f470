#include "actors/coordinator.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <optional>
#include <utility>

/// The COORDINATOR's part that is about its own restart: everything that it
/// must know is in the store, and clients come back by themselves.
namespace troupe {

namespace {

/// Returns how those tasks of a job that runs did that are neither to run nor
/// dead letters. Those that were cancelled before it was requeued, or purged,
/// are not told from those that succeeded.
std::optional<task_state> others_in(const job_snapshot& what) {
  auto known = what.succeeded + what.dead;
  for (const auto& range : what.ready)
    known += range.size();
  return known < what.record.tasks ? std::nullopt
                                   : std::optional{task_state::succeeded};
}

} // namespace

caf::result<void> coordinator_state::load() {
  loaded = self->make_response_promise();
  self->send(options.store, store_load{++last_ticket});
  return *loaded;
}

void coordinator_state::rebuild(const store_snapshot& what) {
  if (!loaded || what.ticket != last_ticket)
    return;
  schedule message;
  message.complete = true;
  message.term = what.term;
  message.nodes = what.nodes;
  for (const auto& x : what.jobs)
    restore(x, message);
  send_schedule(std::move(message));
  loaded->deliver(caf::unit);
  loaded.reset();
  if (unfinished > 0)
    options.log->info("coordinator", "goes on with jobs that had not ended",
                      {{"jobs", std::to_string(unfinished)}});
  arm_timer();
}

void coordinator_state::restore(const job_snapshot& what, schedule& out) {
  const auto& record = what.record;
  auto& entry = jobs[record.id];
  entry.spec = record.spec;
  entry.function_type = record.function_type;
  auto now = self->clock().now();
  auto age = options.wall->now_us() - static_cast<int64_t>(what.submitted_us);
  entry.submitted_at =
    now - std::chrono::microseconds{std::max<int64_t>(age, 0)};
  entry.stored_at = entry.submitted_at;
  if (is_terminal(record.state))
    return restore_ended(what, entry);
  auto& status = entry.status;
  status.id = record.id;
  status.name = record.spec.name;
  status.function = record.spec.function;
  status.reducer = record.spec.reducer;
  status.state = record.state;
  status.tasks = record.tasks;
  status.succeeded = what.succeeded;
  status.dead = what.dead;
  status.attempts = what.attempts;
  entry.others = others_in(what);
  entry.last_seq = what.input_seq;
  entry.log_seq = what.last_seq;
  if (record.state == job_state::open)
    entry.owner_lost_at = now; // Until its client sends more.
  set_deadline(record.id, entry);
  attention.insert(record.id);
  ++unfinished;
  schedule_job more;
  more.job = record.id;
  more.header = header_of(record.id, record.spec);
  more.options = record.spec.options;
  more.tasks = record.tasks;
  more.ready = what.ready;
  more.inputs = what.inputs;
  more.succeeded = what.succeeded;
  more.dead = what.dead;
  more.resumed = true;
  more.closed = record.state == job_state::running;
  more.pasts = what.pasts;
  more.attempts = what.attempts;
  more.first_dead = what.first_dead;
  more.fatal = what.fatal;
  more.last_seq = what.last_seq;
  out.jobs.push_back(std::move(more));
}

void coordinator_state::restore_ended(const job_snapshot& what, job& of) {
  of.status = what.record.last;
  of.status.state = what.record.state;
  of.purged = what.dead != of.status.dead;
  of.spec.args = blob{};
  if (what.dead == 0)
    keep_ended(what.record.id, of);
}

void coordinator_state::use(const use_event_hub& what) {
  options.events = caf::actor_cast<event_hub_actor>(what.events);
}

} // namespace troupe
