#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/job_news.hpp"

#include <utility>

/// The COORDINATOR's part that sends: what it says about many jobs leaves as
/// lists, when all messages that waited for it were handled.
namespace troupe {

void coordinator_state::request_flush() {
  if (std::exchange(flush_pending, true))
    return;
  self->send(self, flush_atom::value);
}

void coordinator_state::flush() {
  flush_pending = false;
  send_unscheduled(); // Leases are revoked before an end is written.
  if (!leaving.ends.empty())
    self->send(options.store, store_finish{std::exchange(leaving.ends, {})});
  send_updates();
  if (!leaving.news.items.empty())
    self->send(options.events, std::exchange(leaving.news, {}));
}

// -- scheduler ----------------------------------------------------------------

/// From now on nothing of the job is run.
void coordinator_state::unschedule_job(job_id id) {
  leaving.gone.push_back(id);
  request_flush();
}

void coordinator_state::send_unscheduled() {
  if (!leaving.gone.empty())
    self->send(options.scheduler, unschedule{std::exchange(leaving.gone, {})});
}

/// A job that was unscheduled may be scheduled again: the order is kept.
void coordinator_state::send_schedule(schedule what) {
  send_unscheduled();
  self->send(options.scheduler, std::move(what));
}

// -- clients ------------------------------------------------------------------

void coordinator_state::tell(const client_actor& whom, job_update what) {
  leaving.updates[whom].items.push_back(std::move(what));
  request_flush();
}

void coordinator_state::tell_watchers(job& of) {
  job_update message;
  message.status = status_of(of);
  if (is_terminal(of.status.state)
      && of.result.size() <= limits::inline_body_bytes_max) {
    message.has_result = true;
    message.result = of.result;
  }
  for (const auto& watcher : of.watchers)
    tell(watcher, message);
  of.watchers_behind = false;
}

void coordinator_state::send_updates() {
  if (leaving.updates.empty())
    return;
  send_held_replies(); // A client must know its job before it hears of it.
  for (auto& [whom, waiting] : std::exchange(leaving.updates, {})) {
    job_updates message;
    size_t bytes = 0;
    for (auto& x : waiting.items) {
      if (bytes + x.result.size() > limits::frame_bytes_max
          || message.items.size() == limits::updates_per_message) {
        self->send(whom, std::exchange(message, {}));
        bytes = 0;
      }
      bytes += x.result.size();
      message.items.push_back(std::move(x));
    }
    self->send(whom, std::move(message));
  }
}

void coordinator_state::send_held_replies() {
  for (auto& [client, replies] : held)
    self->send(client, std::move(replies));
  held.clear();
}

void coordinator_state::publish(event_kind kind, const job& of) {
  event what;
  what.kind = kind;
  what.job = of.status.id;
  what.status = of.status;
  what.text = kind == event_kind::job_state ? state_news(of.status)
                                            : progress_news(of.status);
  what.at_us = static_cast<uint64_t>(options.wall->now_us());
  leaving.news.items.push_back(std::move(what));
  request_flush();
}

} // namespace troupe
