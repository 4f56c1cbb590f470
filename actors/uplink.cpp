#include "actors/uplink.hpp"

#include "actors/connector.hpp"
#include "actors/harden.hpp"
#include "actors/observed.hpp"

#include <caf/actor_cast.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>

namespace troupe {

void uplink_state::connect() {
  if (leaving || works_for)
    return;
  spawn_blocking(self, options.connects, connector, dial_reader_actor{self},
                 options.dial);
}

void uplink_state::connected(const dialed& what) {
  if (!what.to)
    return problem(what.why);
  greet(
    self, *what.to, options.who,
    [this, to = *what.to](const cluster_handles& handles) {
      join(to, handles);
    },
    [this](const error& why) { problem(why); });
}

void uplink_state::join(const connection& to, const cluster_handles& handles) {
  auto on_error = [this](caf::error& why) { problem(from_caf(why)); };
  self->request(options.worker, limits::request_timeout, describe_worker{})
    .then(
      [=, this](const join_request& terms) {
        auto request = terms;
        request.worker = to.via->outbound(terms.worker);
        if (options.agent)
          request.agent = to.via->outbound(options.agent);
        request.heartbeat_ms =
          static_cast<uint32_t>(options.heartbeat_interval.count());
        self->request(handles.membership, limits::request_timeout, request)
          .then(
            [=, this](const join_reply& reply) { joined(to, handles, reply); },
            on_error);
      },
      on_error);
}

void uplink_state::joined(const connection&, const cluster_handles& handles,
                          const join_reply& reply) {
  detach(); // A second answer would leave a monitor behind.
  joined_at = handles.membership;
  works_for = handles.scheduler;
  joined_since = self->clock().now();
  self->monitor(joined_at);
  self->monitor(works_for);
  backoff.reset();
  last_problem = errc::ok;
  options.log->info("uplink", "joined the cluster",
                    {{"coordinator", options.dial->target()},
                     {"term", std::to_string(reply.term)}});
  self->send(options.worker,
             attached{caf::actor_cast<caf::actor>(handles.scheduler),
                      caf::actor_cast<caf::actor>(handles.membership)});
  beat_at = self->clock().now();
  if (!beating)
    tick();
}

/// Heartbeats keep their rhythm: each is due an interval after the last one was
/// due, however late that was, unless it was more than an interval late.
void uplink_state::tick() {
  beating = joined_at != nullptr;
  if (!beating)
    return;
  self->send(options.worker, measure_worker{});
  auto now = self->clock().now();
  beat_at = std::max(beat_at + options.heartbeat_interval, now);
  self->delayed_send(self, beat_at - now, tick_atom::value);
}

void uplink_state::pass_on(const heartbeat& what) {
  if (joined_at)
    self->send(joined_at, what);
}

void uplink_state::told_down(incarnation who_is_down) {
  if (who_is_down != options.who.incarnation_id || !joined_at)
    return;
  auto was_joined = works_for != nullptr;
  begin_anew();
  if (was_joined) // Else it is on its way back already.
    self->send(self, connect_atom::value);
}

void uplink_state::begin_anew() {
  options.log->warn("uplink",
                    "the coordinator took this node for dead: dropping its "
                    "work and joining as a new incarnation",
                    {{"coordinator", options.dial->target()}});
  detach();
  options.who.incarnation_id = random->next();
  self->send(options.worker, detached_from_cluster{});
  self->send(options.worker, renew_worker{options.who.incarnation_id});
}

void uplink_state::lost(const caf::down_msg& what) {
  auto is_scheduler = works_for && what.source == works_for.address();
  if (!is_scheduler && (!joined_at || what.source != joined_at.address()))
    return;
  auto was_joined = works_for != nullptr;
  if (is_scheduler)
    works_for = nullptr;
  else
    detach();
  if (!was_joined)
    return; // It is on its way back already.
  self->send(options.worker, detached_from_cluster{});
  options.log->warn("uplink", "lost the coordinator, reconnecting",
                    {{"coordinator", options.dial->target()}});
  // At once, unless this goes round and round: an actor over there may end
  // again and again before it is given up.
  if (self->clock().now() - joined_since >= limits::reconnect_backoff_min)
    self->send(self, connect_atom::value);
  else
    self->delayed_send(self, limits::reconnect_backoff_min,
                       connect_atom::value);
}

void uplink_state::detach() {
  if (joined_at)
    self->demonitor(joined_at.address());
  if (works_for)
    self->demonitor(works_for.address());
  joined_at = nullptr;
  works_for = nullptr;
}

void uplink_state::problem(const error& why) {
  auto for_good = why.code == errc::name_taken
                  || why.code == errc::version_mismatch
                  || why.code == errc::cluster_mismatch;
  if (for_good) {
    options.log->error("uplink", "the coordinator refused this node",
                       {{"why", to_string(why)}});
    leaving = true;
    if (options.on_refused)
      options.on_refused(why);
    return;
  }
  if (why.code == errc::node_down)
    begin_anew();
  else if (why.code != last_problem)
    options.log->warn("uplink", "cannot join, trying again",
                      {{"why", to_string(why)}});
  last_problem = why.code;
  self->delayed_send(self, backoff.next(random->uniform()),
                     connect_atom::value);
}

void uplink_state::leave() {
  self->send(joined_at, leave_atom::value,
             uint64_t{options.who.incarnation_id});
  detach();
}

caf::result<bool> uplink_state::drain(uint64_t timeout_ms) {
  leaving = true;
  auto promise = self->make_response_promise<bool>();
  // The worker answers when its time is up; this timeout is only a backstop.
  auto backstop =
    std::chrono::milliseconds{timeout_ms} + limits::request_timeout;
  self->request(options.worker, backstop, drain_atom::value, timeout_ms)
    .then(
      [this, promise](bool clean) mutable {
        if (joined_at)
          leave();
        promise.deliver(clean);
      },
      [promise](caf::error&) mutable { promise.deliver(false); });
  return promise;
}

uplink_actor::behavior_type uplink(uplink_state::self_pointer self,
                                   uplink_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.random = make_seeded_random(state.options.seed);
  harden(self, state.options.log);
  self->set_down_handler([&state](caf::down_msg& x) { state.lost(x); });
  self->send(self, connect_atom::value);
  return observed<uplink_actor>(
    self, {
            [&state](connect_atom) { state.connect(); },
            [&state](const dialed& x) { state.connected(x); },
            [&state](const heartbeat& x) { state.pass_on(x); },
            [&state](down_atom, uint64_t who) { state.told_down(who); },
            [&state](tick_atom) { state.tick(); },
            [&state](drain_atom, uint64_t ms) { return state.drain(ms); },
          });
}

} // namespace troupe
