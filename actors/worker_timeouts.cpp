#include "actors/worker.hpp"
#include "runtime/base/limits.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

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
  if (due && timeout_ticks.arm(*due))
    self->delayed_send(self, std::max(*due - now, duration::zero()),
                       timeout_atom::value);
}

void worker_state::expire_attempts() {
  timeout_ticks.woke();
  auto now = self->clock().now();
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
  return on.runner && on.stop_asked_at
         && now - *on.stop_asked_at >= limits::stop_grace
         && (on.revoked || on.block->fenced());
}

/// Gives a runner up; its supervisor kills it, counts it as a zombie if it does
/// not end of that, and starts another one.
void worker_state::replace_runner(slot& on, uint32_t position) {
  options.log->warn(
    "worker", "gave up a thread that did not return when it was asked to stop",
    {{"job", std::to_string(on.current->job->header.job)},
     {"function", on.current->job->header.function}});
  on.runner = nullptr;
  on.stop_asked_at.reset();
  auto id = std::to_string(position);
  auto timeout = limits::request_timeout;
  // If the supervisor ends meanwhile, another one brings other runners.
  auto no_answer = [](caf::error&) {};
  auto restart = [=, this] {
    self->request(runners, timeout, restart_child{id})
      .then([](const child_started&) {}, no_answer);
  };
  self->request(runners, timeout, terminate_child{id, {}})
    .then(restart, no_answer);
  if (on.revoked || on.block->remaining().empty()) {
    end_lease(on);
    return;
  }
  renew_block(on);
}

/// Whoever still runs in the old block can no longer touch the lease.
void worker_state::renew_block(slot& on) {
  auto rest = std::make_shared<slot_block>();
  on.block->move_rest_to(*rest);
  on.block = rest;
  on.current->slot = rest;
  collect(on);
}

void worker_state::use(const runner_up& what) {
  if (what.slot >= slots.size())
    return;
  auto& on = slots[what.slot];
  // The old one, if there is one, left what it had claimed. It may still be in
  // a function: that its supervisor ended, too, interrupts nothing.
  if (std::exchange(on.runner, nullptr) && on.current)
    renew_block(on);
  on.runner = caf::actor_cast<runner_actor>(what.runner);
  if (on.current && (on.revoked || on.block->finished()))
    end_lease(on);
  else if (on.current)
    self->send(on.runner, *on.current);
  else
    start_leases();
}

void worker_state::note_zombies(const zombies_changed& what) {
  zombies = what.zombies;
  report_zombies();
}

void worker_state::report_zombies() {
  if (membership)
    self->send(membership, zombie_report{options.incarnation_id, zombies});
}

} // namespace troupe
