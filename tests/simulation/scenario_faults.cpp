#include "actors/coordinator.hpp"
#include "tests/simulation/scenario.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>

#include <cmath>
#include <utility>

/// What can go wrong in a scenario.
namespace troupe::simulation {

void scenario::strike(const fault& what) {
  ++struck_[what.name];
  world_.note(std::string{"FAULT "} + what.name);
  what.strike();
}

/// A seed uses some kinds of faults only, so that rare ones are not drowned.
void scenario::draw_faults() {
  std::vector<fault> chosen;
  for (auto& x : known_faults())
    if (world_.chance(0.25))
      chosen.push_back(std::move(x));
  if (chosen.empty())
    return;
  auto count = world_.pick(10);
  for (uint64_t i = 0; i < count; ++i)
    world_.at(world_.now() + world_.pick_time({}, chaos_),
              [this, what = chosen[world_.pick(chosen.size())]] {
                if (!calm_)
                  strike(what);
              });
}

std::vector<scenario::fault> scenario::known_faults() {
  auto result = faults_of_processes();
  for (const auto& more : {faults_of_actors(), faults_of_links()})
    result.insert(result.end(), more.begin(), more.end());
  return result;
}

std::vector<scenario::fault> scenario::faults_of_processes() {
  return {
    {"crash", [this] { end_worker_for_a_while(any_worker(), false); }},
    {"silent crash", [this] { end_worker_for_a_while(any_worker(), true); }},
    {"freeze",
     [this] {
       auto& x = workers_[any_worker()];
       if (x.up)
         world_.freeze(x.node, some_time(50, 3000));
     }},
    {"clock set",
     [this] {
       auto change = std::chrono::duration_cast<std::chrono::microseconds>(
         some_time(1, 3'600'000));
       wall_.set_by(world_.chance(0.5) ? change : -change);
     }},
    {"clock drift",
     [this] {
       // Down to half and up to twice as fast, for as long as it lasts.
       auto rate = std::exp2(world_.random().uniform() * 2 - 1);
       auto lead = world_.chance(0.25);
       auto node = lead ? lead_node_ : workers_[any_worker()].node;
       world_.set_clock_rate(node, rate);
       world_.at(world_.now() + some_time(200, 4000),
                 [this, node] { world_.set_clock_rate(node, 1); });
     }},
    {"frozen lead", [this] { world_.freeze(lead_node_, some_time(50, 1500)); }},
    {"client crash",
     [this] {
       auto& x = any_user();
       x.crash();
       world_.at(world_.now() + some_time(20, 2000), [&x] { x.start(); });
     }},
  };
}

/// Ends one actor, as a bug in it would.
void scenario::kill(const caf::strong_actor_ptr& victim) {
  if (!victim)
    return; // It is being started again.
  world_.note(fmt::format("FAULT actor #{} is killed", victim->id()));
  caf::anon_send_exit(caf::actor_cast<caf::actor>(victim),
                      caf::exit_reason::kill);
}

/// A bug that strikes again as soon as its actor runs again.
void scenario::keep_killing(uint64_t times,
                            std::function<caf::strong_actor_ptr()> victim) {
  if (calm_ || times == 0)
    return;
  kill(victim());
  world_.at(world_.now() + some_time(5, 100),
            [=, this] { keep_killing(times - 1, victim); });
}

std::vector<scenario::fault> scenario::faults_of_actors() {
  auto any_of = [](const auto& x) {
    return caf::actor_cast<caf::strong_actor_ptr>(x);
  };
  auto worker_now = [this] {
    auto& x = workers_[any_worker()];
    return x.up ? x.role.directory->current() : worker_directory::handles{};
  };
  return {
    {"front door killed", [=, this] { kill(any_of(now().front_door)); }},
    {"event hub killed", [=, this] { kill(any_of(now().events)); }},
    {"store killed", [=, this] { kill(any_of(now().store)); }},
    {"membership killed", [=, this] { kill(any_of(now().membership)); }},
    {"scheduler killed", [=, this] { kill(any_of(now().scheduler)); }},
    {"coordinator killed", [=, this] { kill(any_of(now().coordinator)); }},
    {"aggregator killed", [this] { kill(some_aggregator()); }},
    {"worker killed", [=, this] { kill(any_of(worker_now().worker)); }},
    {"uplink killed", [=, this] { kill(any_of(worker_now().uplink)); }},
    {"runner killed",
     [=, this] { kill(some_runner(any_of(worker_now().worker))); }},
    {"cluster crash loop",
     [=, this] {
       keep_killing(1 + world_.pick(50), [=, this] {
         auto at = now();
         caf::strong_actor_ptr all[] = {any_of(at.store), any_of(at.membership),
                                        any_of(at.scheduler),
                                        any_of(at.coordinator)};
         return all[world_.pick(std::size(all))];
       });
     }},
  };
}

caf::strong_actor_ptr scenario::some_aggregator() {
  auto state = state_of<coordinator_state>(
    caf::actor_cast<caf::strong_actor_ptr>(now().coordinator));
  std::vector<caf::strong_actor_ptr> all;
  if (state != nullptr)
    for (const auto& [id, job] : state->jobs)
      if (job.merger)
        all.push_back(caf::actor_cast<caf::strong_actor_ptr>(job.merger));
  return all.empty() ? nullptr : all[world_.pick(all.size())];
}

caf::strong_actor_ptr
scenario::some_runner(const caf::strong_actor_ptr& of_worker) {
  auto state = state_of<worker_state>(of_worker);
  if (state == nullptr || state->slots.empty())
    return nullptr;
  return caf::actor_cast<caf::strong_actor_ptr>(
    state->slots[world_.pick(state->slots.size())].runner);
}

std::vector<scenario::fault> scenario::faults_of_links() {
  auto& wires = world_.wires();
  auto for_a_while = [this](duration time, std::function<void()> end) {
    world_.at(world_.now() + time, std::move(end));
  };
  return {
    {"cut",
     [this] {
       world_.wires().cut(workers_[any_worker()].node, some_time(0, 300));
     }},
    {"client cut",
     [this] { world_.wires().cut(any_user().node(), some_time(0, 300)); }},
    {"outage",
     [this, &wires, for_a_while] {
       auto node = workers_[any_worker()].node;
       wires.cut(node, some_time(0, 300));
       wires.set_reachable(node, false);
       for_a_while(some_time(100, 4000),
                   [&wires, node] { wires.set_reachable(node, true); });
     }},
    {"one-way cut",
     [this, &wires, for_a_while] {
       auto node = workers_[any_worker()].node;
       auto outgoing = world_.chance(0.5);
       wires.silence(node, outgoing, true);
       for_a_while(some_time(50, 3000), [&wires, node, outgoing] {
         wires.silence(node, outgoing, false);
       });
     }},
    {"slow wires",
     [this, &wires, for_a_while] {
       wires.now.slow_share = 0.2;
       for_a_while(some_time(100, 2000),
                   [&wires] { wires.now.slow_share = 0; });
     }},
    {"loss",
     [this, &wires, for_a_while] {
       wires.now.loss_share = 0.02 + world_.random().uniform() * 0.2;
       for_a_while(some_time(100, 2000),
                   [&wires] { wires.now.loss_share = 0; });
     }},
  };
}

} // namespace troupe::simulation
