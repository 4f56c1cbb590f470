#include "actors/membership.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace troupe {

caf::result<join_reply> membership_state::join(const join_request& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  if (what.name == options.own_node.name
      && what.incarnation_id != options.own_node.incarnation_id)
    return to_caf({errc::name_taken, "the name \"" + what.name
                                       + "\" belongs to the coordinator; give "
                                         "this node another node.name"});
  auto i = members.find(what.name);
  if (i == members.end())
    return admit(what);
  const auto& known = i->second;
  auto same = known.terms.incarnation_id == what.incarnation_id;
  if (same && known.state == node_state::down)
    return to_caf({errc::node_down, "the node \"" + what.name
                                      + "\" was silent for too long and its "
                                        "work runs elsewhere: it must come "
                                        "back as a new incarnation"});
  if (same || !known.is_living() || known.state == node_state::suspect)
    return admit(what);
  auto promise = self->make_response_promise<join_reply>();
  probe(what, known.terms.worker, promise);
  return promise;
}

void membership_state::probe(const join_request& what, const caf::actor& old,
                             caf::typed_response_promise<join_reply> promise) {
  self
    ->request(caf::actor_cast<worker_actor>(old), limits::probe_timeout,
              ping_atom::value)
    .then(
      [this, what, promise](uint64_t) mutable {
        options.log->warn("membership",
                          "refused a second node with the name "
                          "of a living one",
                          {{"node", what.name}});
        promise.deliver(to_caf(
          {errc::name_taken, "a living node has the name \"" + what.name
                               + "\"; give this node another node.name"}));
      },
      [this, what, promise](caf::error&) mutable {
        promise.deliver(admit(what));
      });
}

join_reply membership_state::admit(const join_request& what) {
  auto& who = members[what.name];
  if (who.id != 0 && who.is_living()) {
    if (who.terms.incarnation_id == what.incarnation_id)
      return readmit(who, what);
    remove(who, node_state::gone);
  }
  who.id = ++*options.last_worker;
  who.since = self->clock().now();
  enter(who, what);
  publish(event_kind::node_joined, what.name,
          "joined with " + std::to_string(what.slots)
            + (what.slots == 1 ? " slot" : " slots"));
  options.log->info(
    "membership", "a node joined",
    {{"node", what.name}, {"slots", std::to_string(what.slots)}});
  return {who.id, options.term};
}

/// A node that never left joins again: it lost somebody on this side, or its
/// connection and nobody noticed. It stays the worker that it was, so that it
/// can go on with its leases.
join_reply membership_state::readmit(member& who, const join_request& what) {
  self->demonitor(who.address);
  auto was_suspect = who.state == node_state::suspect;
  enter(who, what);
  if (was_suspect)
    suspect(who, false);
  options.log->info(
    "membership", "a node joined again",
    {{"node", what.name}, {"leases", std::to_string(what.held.size())}});
  return {who.id, options.term};
}

void membership_state::enter(member& who, const join_request& what) {
  who.terms = what;
  who.terms.held.clear();
  who.state = node_state::up;
  who.address = what.worker.address();
  who.last_beat = {};
  who.leases = 0;
  self->monitor(what.worker);
  watch(who);
  for (const auto& [address, follower] : followers)
    tell(follower, who, &what.held);
  self->send(options.store, store_put_node{what.name, true});
}

void membership_state::leave(incarnation who_leaves) {
  for (auto& [node, who] : members)
    if (who.terms.incarnation_id == who_leaves && who.is_living())
      remove(who, node_state::gone);
}

void membership_state::note_zombies(const zombie_report& what) {
  for (auto& [node, who] : members)
    if (who.terms.incarnation_id == what.incarnation_id)
      who.terms.zombies = what.zombies;
}

void membership_state::down(const caf::down_msg& what) {
  if (followers.erase(what.source) + health_followers.erase(what.source) > 0)
    return;
  // The handle of a process that connected again equals that of its old
  // connection, the end of which may be told late. They are two objects.
  for (auto& [node, who] : members)
    if (who.address.get() == what.source.get() && who.is_living())
      remove(who, node_state::gone);
}

void membership_state::remove(member& who, node_state state) {
  who.up_us = age_of(who);
  who.state = state;
  self->demonitor(who.address);
  for (const auto& [address, follower] : followers)
    self->send(follower, worker_gone{who.id});
  who.terms.worker = nullptr;
  who.detector.reset();
  who.last_beat = {};
  who.leases = 0;
  self->send(options.store, store_put_node{who.terms.name, false});
  publish(event_kind::node_left, who.terms.name,
          state == node_state::down
            ? "was silent for too long and is down: its work runs elsewhere"
            : "is gone");
  if (state == node_state::gone)
    options.log->info("membership", "a node is gone",
                      {{"node", who.terms.name}});
}

// -- failure detection --------------------------------------------------------

void membership_state::watch(member& who) {
  if (who.terms.incarnation_id == options.own_node.incarnation_id)
    return;
  auto now = self->clock().now();
  if (!ticking)
    arm_timer(now, calm_judge_interval);
  who.detector.emplace(options.detection,
                       std::chrono::milliseconds{who.terms.heartbeat_ms},
                       health.attended(now));
}

void membership_state::beat(const heartbeat& what) {
  if (auto ok = check(what); !ok) {
    options.log->warn("membership", "dropped a heartbeat",
                      {{"why", ok.error().text}});
    return;
  }
  auto who = find_living(what.incarnation_id);
  if (who == nullptr) {
    auto to = caf::actor_cast<uplink_actor>(self->current_sender());
    if (to && what.incarnation_id != options.own_node.incarnation_id)
      self->send(to, down_atom::value, uint64_t{what.incarnation_id});
    return;
  }
  who->last_beat = what;
  who->leases = static_cast<uint32_t>(what.held.size());
  who->last_beat.held.clear();
  if (who->detector)
    who->detector->heartbeat(health.attended(self->clock().now()));
  if (who->state == node_state::suspect)
    suspect(*who, false);
  if (what.complete)
    for (const auto& [address, follower] : health_followers)
      self->send(follower, worker_leases{who->id, what.through, what.held});
}

void membership_state::tick() {
  auto now = self->clock().now();
  auto attended = health.attended(now);
  auto watched = false;
  auto any_late = false;
  for (auto& [node, who] : members) {
    if (who.detector)
      judge(who, attended);
    if (who.detector) {
      watched = true;
      any_late = any_late || who.detector->is_late(attended);
    }
  }
  ticking = false;
  if (watched)
    arm_timer(now, any_late ? limits::judge_interval : calm_judge_interval);
  else
    health.rest(now);
}

void membership_state::arm_timer(time_point now, duration wait) {
  ticking = true;
  health.tick(now, wait);
  self->delayed_send(self, wait, tick_atom::value);
}

void membership_state::judge(member& who, time_point attended) {
  auto verdict = who.detector->judge(attended);
  if (verdict != suspicion::none && who.state == node_state::up)
    suspect(who, true);
  if (verdict != suspicion::down)
    return;
  options.log->warn("membership",
                    "a silent node is down: its work runs elsewhere",
                    {{"node", who.terms.name}});
  remove(who, node_state::down);
}

void membership_state::suspect(member& who, bool is_suspect) {
  who.state = is_suspect ? node_state::suspect : node_state::up;
  for (const auto& [address, follower] : health_followers)
    self->send(follower, worker_health{who.id, is_suspect});
  publish(is_suspect ? event_kind::node_suspected : event_kind::node_recovered,
          who.terms.name,
          is_suspect ? "is silent: it gets nothing new" : "is back");
  options.log->info("membership",
                    is_suspect ? "a node is silent: it gets nothing new"
                               : "a silent node is back",
                    {{"node", who.terms.name}});
}

membership_state::member* membership_state::find_living(incarnation id) {
  for (auto& [node, who] : members)
    if (who.terms.incarnation_id == id && who.is_living())
      return &who;
  return nullptr;
}

// -- followers ----------------------------------------------------------------

void membership_state::follow() {
  auto follower =
    caf::actor_cast<membership_follower_actor>(self->current_sender());
  if (!follower || !followers.emplace(follower.address(), follower).second)
    return;
  self->monitor(follower);
  for (const auto& [node, who] : members)
    if (who.is_living())
      tell(follower, who, nullptr);
}

void membership_state::follow_health() {
  auto follower =
    caf::actor_cast<health_follower_actor>(self->current_sender());
  if (!follower
      || !health_followers.emplace(follower.address(), follower).second)
    return;
  self->monitor(follower);
  for (const auto& [node, who] : members) {
    if (who.state == node_state::suspect)
      self->send(follower, worker_health{who.id, true});
    if (who.is_living() && is_cordoned(node))
      tell_cordon(who);
  }
}

void membership_state::tell(const membership_follower_actor& follower,
                            const member& who,
                            const std::vector<held_lease>* held) {
  worker_up what{who.id,
                 who.terms.name,
                 who.terms.worker,
                 who.terms.slots,
                 who.terms.window_tasks,
                 who.terms.window_bytes,
                 who.terms.functions};
  what.labels = who.terms.labels;
  what.offers = who.terms.offers;
  what.joined = held != nullptr;
  what.cordoned = is_cordoned(who.terms.name);
  if (held != nullptr)
    what.held = *held;
  self->send(follower, std::move(what));
}

void membership_state::publish(event_kind kind, const std::string& node,
                               std::string text) {
  event what;
  what.kind = kind;
  what.node = node;
  what.text = std::move(text);
  what.at_us = static_cast<uint64_t>(options.wall->now_us());
  self->send(options.events, events{{what}});
}

uint64_t membership_state::microseconds_since(time_point when) const {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(self->clock().now()
                                                          - when)
      .count());
}

uint64_t membership_state::age_of(const member& who) const {
  return who.is_living() ? microseconds_since(who.since) : who.up_us;
}

node_info membership_state::info_of(const std::string& node,
                                    const member& who) const {
  node_info result{node,
                   who.terms.incarnation_id,
                   who.terms.version,
                   who.terms.roles,
                   who.state,
                   who.terms.slots,
                   who.terms.labels,
                   who.terms.functions.size(),
                   age_of(who)};
  result.zombies = who.terms.zombies;
  result.offers = who.terms.offers;
  result.busy = who.last_beat.busy;
  result.queued = who.last_beat.queued;
  result.oldest_us = who.last_beat.oldest_us;
  result.cordoned = is_cordoned(node);
  // Whoever waits until it is empty waits for its last answers, too.
  if (result.cordoned && who.leases > result.busy)
    result.queued = std::max(result.queued, who.leases - result.busy);
  if (who.detector) {
    auto now = health.attended(self->clock().now());
    result.phi = who.detector->phi_at(now);
    result.silent_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(
        who.detector->silence(now))
        .count());
  }
  return result;
}

std::vector<node_info> membership_state::nodes() const {
  std::vector<node_info> result;
  if (!members.contains(options.own_node.name)) {
    result.push_back(options.own_node);
    result.back().up_us = microseconds_since(started_at);
    result.back().cordoned = is_cordoned(options.own_node.name);
  }
  for (const auto& [node, who] : members)
    result.push_back(info_of(node, who));
  add_absent(result);
  return result;
}

std::vector<function_info> membership_state::functions() const {
  std::map<std::string, function_info> result;
  for (const auto& [node, who] : members)
    for (const auto& function : who.terms.functions)
      result.try_emplace(function.name, function);
  std::vector<function_info> list;
  for (auto& [key, function] : result)
    list.push_back(std::move(function));
  return list;
}

membership_actor::behavior_type membership(membership_state::self_pointer self,
                                           membership_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.started_at = self->clock().now();
  harden(self, state.options.log);
  self->set_down_handler([&state](caf::down_msg& x) { state.down(x); });
  self->send(state.options.store, store_read_cordons{});
  return observed<membership_actor>(
    self, {
            [&state](const join_request& x) { return state.join(x); },
            [&state](leave_atom, uint64_t who) { state.leave(who); },
            [&state](const heartbeat& x) { state.beat(x); },
            [&state](const zombie_report& x) { state.note_zombies(x); },
            [&state](list_nodes_atom) { return state.nodes(); },
            [&state](list_functions_atom) { return state.functions(); },
            [&state](follow_atom) { state.follow(); },
            [&state](follow_health_atom) { state.follow_health(); },
            [&state](const show_tree& x) { return state.show(x); },
            [&state](const inject_fault& x) { return state.inject(x); },
            [&state](const ask_node& x) { return state.ask(x); },
            [&state](const cordon_node& x) { return state.cordon(x); },
            [&state](const store_cordons& x) { state.remember_cordons(x); },
            [&state](const use_event_hub& x) {
              state.options.events = caf::actor_cast<event_hub_actor>(x.events);
            },
            [&state](const use_agent& x) {
              state.own_agent = caf::actor_cast<agent_actor>(x.agent);
            },
            [&state](tick_atom) { state.tick(); },
          });
}

} // namespace troupe
