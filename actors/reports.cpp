// What the actors of a cluster tell about themselves; see report.hpp.

#include "actors/agent.hpp"
#include "actors/aggregator.hpp"
#include "actors/coordinator.hpp"
#include "actors/event_hub.hpp"
#include "actors/front_door.hpp"
#include "actors/membership.hpp"
#include "actors/report.hpp"
#include "actors/runner.hpp"
#include "actors/scheduler.hpp"
#include "actors/store.hpp"
#include "actors/uplink.hpp"
#include "actors/worker.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe {

std::string report_of(const aggregator_state& of) {
  return fmt::format(
    R"({{"job": {}, "stream": {}, "known": {}, "taken": {}, "tasks": {}, )"
    R"("finished": {}, "unsent": {}, "unread": {}, "unread_bytes": {}, )"
    R"("credit": {}, "paused": {}}})",
    of.options.job, of.options.stream, of.known, of.taken, of.tasks,
    of.finished, of.unsent.size(), of.sent.size(), of.unread_bytes, of.credit,
    of.paused);
}

std::string report_of(const coordinator_state& of) {
  return fmt::format(
    R"({{"jobs": {}, "unfinished": {}, "ended": {}, "ended_max": {}, )"
    R"("submissions": {}, "storing_inputs": {}, "reads": {}, "readers": {}, )"
    R"("held_replies": {}, "watched_clients": {}, "deadlines": {}, )"
    R"("functions": {}, "workers": {}, "draining": {}}})",
    of.jobs.size(), of.unfinished, of.ended.size(),
    of.options.finished_jobs_kept, of.submissions.size(),
    of.storing_inputs.size(), of.reads.size(), of.readers.size(),
    of.held.size(), of.monitored.size(), of.deadlines.size(),
    of.functions.size(), of.workers.size(), of.draining);
}

std::string report_of(const event_hub_state& of) {
  return fmt::format(R"({{"subscribers": {}, "timer": {}}})",
                     of.subscribers.size(), of.tick_under_way);
}

std::string report_of(const front_door_state& of) {
  const auto& x = of.options.handles;
  auto open = x.coordinator && x.scheduler && x.membership && x.event_hub;
  return fmt::format(R"({{"cluster": {}, "store": {}, "open": {}}})",
                     quote_json(of.options.cluster), of.options.store, open);
}

std::string report_of(const membership_state& of) {
  auto count = [&](node_state state) {
    return std::count_if(
      of.members.begin(), of.members.end(),
      [state](const auto& x) { return x.second.state == state; });
  };
  // A wish to uncordon is kept as well.
  auto cordoned =
    std::count_if(of.wishes.begin(), of.wishes.end(),
                  [](const auto& x) { return x.second.cordoned; });
  return fmt::format(
    R"({{"nodes": {}, "up": {}, "suspect": {}, "down": {}, "gone": {}, )"
    R"("cordoned": {}, "followers": {}, "health_followers": {}, )"
    R"("last_worker": {}, "timer": {}}})",
    of.members.size(), count(node_state::up), count(node_state::suspect),
    count(node_state::down), count(node_state::gone), cordoned,
    of.followers.size(), of.health_followers.size(),
    of.options.last_worker->load(), of.ticking);
}

std::string report_of(const runner_state& of) {
  return fmt::format(
    R"({{"slot": {}, "job": {}, "block_tasks": {}}})", of.options.slot,
    of.bound ? std::to_string(of.bound->header.job) : "null", of.block_size);
}

std::string report_of(const scheduler_state& of) {
  size_t inbox = 0;
  for (const auto& [id, peer] : of.peers)
    inbox += peer.inbox.size();
  return fmt::format(
    R"({{"workers": {}, "jobs": {}, "ready_tasks": {}, "suspect_tasks": {}, )"
    R"("lease_events": {}, "slices_waiting": {}, "to_record": {}, )"
    R"("recording": {}, "to_bury": {}, "draining_workers": {}, )"
    R"("flush_pending": {}}})",
    of.peers.size(), of.headers.size(), of.core->ready_tasks(),
    of.core->suspects(), of.core->lease_events(), inbox, of.to_record.size(),
    of.recording.size(), of.to_bury.size(), of.drains.size(), of.flush_pending);
}

std::string report_of(const store_state& of) {
  return fmt::format(R"({{"term": {}, "bytes": {}, "number": {}}})",
                     of.kept->term(), of.kept->bytes(), of.number);
}

std::string report_of(const uplink_state& of) {
  return fmt::format(
    R"({{"coordinator": {}, "joined": {}, "heartbeat_ms": {}, )"
    R"("leaving": {}, "last_problem": {}}})",
    quote_json(of.options.dial->target()), static_cast<bool>(of.works_for),
    of.options.heartbeat_interval.count(), of.leaving,
    of.last_problem == errc::ok
      ? "null"
      : quote_json(std::string{to_string(of.last_problem)}));
}

std::string report_of(const worker_state& of) {
  auto busy =
    std::count_if(of.slots.begin(), of.slots.end(),
                  [](const auto& x) { return x.current.has_value(); });
  auto ready = std::count_if(of.slots.begin(), of.slots.end(), [](auto& x) {
    return static_cast<bool>(x.runner);
  });
  return fmt::format(
    R"({{"slots": {}, "runners": {}, "busy": {}, "queued": {}, )"
    R"("arriving": {}, "jobs": {}, "unanswered": {}, "unanswered_bytes": {}, )"
    R"("outbox": {}, "paused": {}, "attached": {}, "zombies": {}, )"
    R"("draining": {}}})",
    of.slots.size(), ready, busy, of.queue.size(), of.arriving.size(),
    of.jobs.size(), of.unanswered.size(), of.unanswered_bytes, of.outbox.size(),
    of.paused, static_cast<bool>(of.scheduler), of.zombies,
    of.drain_until.has_value());
}

} // namespace troupe
