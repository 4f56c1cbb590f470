#include "actors/worker.hpp"
#include "runtime/base/limits.hpp"

#include <algorithm>
#include <chrono>

/// The WORKER's care for attempts that run too long. Threads cannot be killed,
/// so what does not return is fenced and counted (a zombie), and its slot gets
/// a new runner.
namespace troupe {

namespace {

std::chrono::milliseconds timeout_of(const run_lease& what) {
  return std::chrono::milliseconds{what.job->header.task_timeout_ms};
}

} // namespace

void worker_state::arm_timeout_timer() {
  auto now = self->clock().now();
  std::optional<time_point> due;
  for (const auto& on : slots) {
    if (!on.current)
      continue;
    auto limit = timeout_of(*on.current);
    time_point next;
    if (on.stop_asked_at)
      next = *on.stop_asked_at + limits::stop_grace;
    else if (limit.count() > 0)
      next = on.block->started_at().value_or(now) + limit;
    else
      continue;
    due = due ? std::min(*due, next) : next;
  }
  if (!due || (timeout_armed_for && *timeout_armed_for <= *due))
    return;
  timeout_armed_for = due;
  self->delayed_send(self, std::max(*due - now, duration::zero()),
                     timeout_atom::value);
}

void worker_state::expire_attempts() {
  auto now = self->clock().now();
  if (timeout_armed_for && *timeout_armed_for <= now)
    timeout_armed_for.reset();
  for (uint32_t i = 0; i < slots.size(); ++i) {
    auto& on = slots[i];
    if (!on.current)
      continue;
    auto limit = timeout_of(*on.current);
    if (is_stuck(on, now)) {
      replace_runner(on, i);
    } else if (!on.revoked && !on.block->fenced()) {
      on.stop_asked_at.reset(); // It came back, if it was asked to.
      if (limit.count() > 0 && on.block->time_out(now - limit, now)) {
        on.stop_asked_at = now;
        collect(on);
      }
    }
  }
  arm_timeout_timer();
}

/// Whether a runner was asked to stop long ago and is still in user code.
bool worker_state::is_stuck(const slot& on, time_point now) const {
  return on.stop_asked_at && now - *on.stop_asked_at >= limits::stop_grace
         && (on.revoked || on.block->fenced());
}

void worker_state::replace_runner(slot& on, uint32_t position) {
  options.log->warn(
    "worker", "gave up a thread that did not return when it was asked to stop",
    {{"job", std::to_string(on.current->job->header.job)},
     {"function", on.current->job->header.function}});
  // Its end, some day, must not take the worker along.
  self->unlink_from(on.runner.address());
  self->monitor(on.runner);
  self->send_exit(on.runner, caf::exit_reason::user_shutdown);
  zombies.insert(on.runner.address());
  on.runner = spawn_runner(position);
  on.stop_asked_at.reset();
  report_zombies();
  if (on.revoked || on.block->remaining().empty()) {
    end_lease(on);
    return;
  }
  auto rest = std::make_shared<slot_block>();
  on.block->move_rest_to(*rest);
  on.block = rest;
  on.current->slot = rest;
  self->send(on.runner, *on.current);
}

runner_actor worker_state::spawn_runner(uint32_t position) {
  runner_options terms{position, self, options.log, options.pace};
  return spawn_blocking<caf::linked>(self, options.runners, runner, terms);
}

void worker_state::lost(const caf::down_msg& what) {
  if (zombies.erase(what.source) > 0)
    report_zombies();
}

void worker_state::report_zombies() {
  if (membership)
    self->send(membership,
               zombie_report{options.incarnation_id,
                             static_cast<uint32_t>(zombies.size())});
}

} // namespace troupe
