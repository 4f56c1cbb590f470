#include "tests/simulation/network.hpp"

#include "runtime/wire/messages.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_proxy.hpp>
#include <caf/make_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe::simulation {

/// How a node sees an actor of its peer.
class proxy final : public caf::actor_proxy {
public:
  proxy(caf::actor_config& config, std::shared_ptr<network*> net,
        uint64_t wire_id, size_t viewer, caf::strong_actor_ptr target)
    : actor_proxy(config), net_(std::move(net)), wire_(wire_id),
      viewer_(viewer), target_(std::move(target)) {
    // nop
  }

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit*) override {
    // As in CAF: what is sent to a dead proxy is silently lost.
    if (target_ && *net_ != nullptr)
      (*net_)->send(wire_, viewer_, target_, *what);
  }

  void kill_proxy(caf::execution_unit* context, caf::error why) override {
    target_ = nullptr;
    cleanup(std::move(why), context);
  }

  uint64_t wire() const {
    return wire_;
  }

  size_t viewer() const {
    return viewer_;
  }

  const caf::strong_actor_ptr& target() const {
    return target_;
  }

private:
  std::shared_ptr<network*> net_;
  uint64_t wire_;
  size_t viewer_;
  caf::strong_actor_ptr target_; ///< None when dead.
};

namespace {

proxy* as_proxy(const caf::strong_actor_ptr& x) {
  return x ? dynamic_cast<proxy*>(x->get()) : nullptr;
}

} // namespace

caf::strong_actor_ptr network::behind(const caf::strong_actor_ptr& x) {
  auto found = as_proxy(x);
  return found == nullptr ? x : found->target();
}

network::network(caf::actor_system& system, uint64_t seed, network_hooks hooks)
  : system_(system), random_(make_seeded_random(seed)),
    hooks_(std::move(hooks)), alive_(std::make_shared<network*>(this)) {
  // nop
}

network::~network() {
  *alive_ = nullptr;
}

// -- connections --------------------------------------------------------------

result<connection> network::dial(node_number from, node_number to,
                                 const caf::actor& front_door) {
  if (unreachable_[from] || unreachable_[to] || !front_door
      || silent_[{from, true}] || silent_[{from, false}] || silent_[{to, true}]
      || silent_[{to, false}])
    return fail(errc::cannot_connect, "node " + std::to_string(to)
                                        + " cannot be reached from node "
                                        + std::to_string(from));
  auto used = find_open(from, to);
  if (used == nullptr) {
    // The peer of a connection that is closed on one side only learns of it
    // now, at the latest.
    std::vector<uint64_t> stale;
    for (const auto& [id, old] : wires_)
      for (const auto& x : old->sides)
        if (x.viewer == from && x.peer == to)
          stale.push_back(id);
    for (auto id : stale)
      for (size_t i = 0; i < 2; ++i)
        close(id, i);
    auto made = std::make_unique<wire>();
    made->id = ++last_wire_;
    made->sides[0].viewer = made->sides[1].peer = from;
    made->sides[1].viewer = made->sides[0].peer = to;
    used = wires_.emplace(made->id, std::move(made)).first->second.get();
    hooks_.on_event("node " + std::to_string(from) + " connects to node "
                    + std::to_string(to));
  }
  size_t viewer = used->sides[0].viewer == from ? 0 : 1;
  auto door =
    view(*used, viewer, caf::actor_cast<caf::strong_actor_ptr>(front_door));
  return connection{caf::actor_cast<caf::actor>(door), make_direct_link()};
}

network::wire* network::find(uint64_t id) {
  auto i = wires_.find(id);
  return i == wires_.end() ? nullptr : i->second.get();
}

network::wire* network::find_open(node_number a, node_number b) {
  for (const auto& [id, x] : wires_)
    for (const auto& s : x->sides)
      if (s.viewer == a && s.peer == b && x->sides[0].open && x->sides[1].open)
        return x.get();
  return nullptr;
}

void network::set_reachable(node_number node, bool reachable) {
  unreachable_[node] = !reachable;
}

void network::cut(node_number node, duration told_within) {
  auto share = [&] {
    return std::chrono::duration_cast<duration>(told_within
                                                * random_->uniform());
  };
  for (const auto& [id, x] : wires_)
    for (size_t i = 0; i < 2; ++i) {
      if (x->sides[0].viewer != node && x->sides[1].viewer != node)
        continue;
      // Nothing passes from now on, whoever knows of it.
      std::erase_if(queue_, [&, wire_id = id](const auto& entry) {
        return entry.second.wire == wire_id;
      });
      x->sides[i].open = false;
      after(share(), [this, wire_id = id, i] { close(wire_id, i); });
    }
}

void network::end_node(node_number node, bool silently) {
  for (const auto& [id, x] : wires_)
    for (size_t i = 0; i < 2; ++i) {
      auto& s = x->sides[i];
      if (s.viewer == node) {
        s.open = false;
        s.proxies.clear();
      } else if (s.peer == node && !silently) {
        // What it had sent before it ended still arrives first.
        arrival end;
        end.wire = id;
        end.to_side = i;
        end.action = [this, wire_id = id, i] { close(wire_id, i); };
        queue_.emplace(arrival_time(x->sides[1 - i]), std::move(end));
      }
    }
}

void network::silence(node_number node, bool outgoing, bool is_silent) {
  silent_[{node, outgoing}] = is_silent;
}

void network::close(uint64_t wire_id, size_t at) {
  auto of = find(wire_id);
  if (of == nullptr)
    return;
  auto& here = of->sides[at];
  here.open = false;
  auto dying = std::exchange(here.proxies, {});
  if (!dying.empty())
    hooks_.on_event("node " + std::to_string(here.viewer)
                    + " sees its connection to node "
                    + std::to_string(here.peer) + " close");
  for (auto& [id, x] : dying)
    as_proxy(x)->kill_proxy(nullptr, caf::exit_reason::remote_link_unreachable);
  forget_closed(wire_id);
}

void network::forget_closed(uint64_t wire_id) {
  auto of = find(wire_id);
  if (of == nullptr)
    return;
  for (const auto& s : of->sides)
    if (s.open || !s.proxies.empty())
      return;
  std::erase_if(queue_,
                [&](const auto& x) { return x.second.wire == wire_id; });
  wires_.erase(wire_id);
}

// -- handles ------------------------------------------------------------------

caf::strong_actor_ptr network::view(wire& of, size_t viewer,
                                    const caf::strong_actor_ptr& target) {
  auto& known = of.sides[viewer].proxies[target->id()];
  if (known)
    return known;
  caf::actor_config config;
  known = caf::make_actor<proxy, caf::strong_actor_ptr>(
    system_.next_actor_id(), system_.node(), &system_, config, alive_, of.id,
    viewer, target);
  auto result = known; // The target may have ended, which erases the entry.
  target->get()->attach_functor([net = alive_, wire_id = of.id, viewer,
                                 id = target->id()](const caf::error& why) {
    if (*net != nullptr)
      (*net)->target_ended(wire_id, viewer, id, why);
  });
  return result;
}

caf::strong_actor_ptr network::translate(wire& of, size_t from,
                                         const caf::strong_actor_ptr& handle) {
  if (!handle)
    return nullptr;
  if (auto x = as_proxy(handle)) {
    if (x->wire() == of.id && x->viewer() == from)
      return x->target();
    if (x->target())
      hooks_.on_violation("a handle of a third node, or of an earlier "
                          "connection, crosses");
    return nullptr;
  }
  return view(of, 1 - from, handle);
}

caf::message network::translate(wire& of, size_t from, caf::message content) {
  auto as_seen = [&](const caf::actor& x) {
    return caf::actor_cast<caf::actor>(
      translate(of, from, caf::actor_cast<caf::strong_actor_ptr>(x)));
  };
  for (size_t i = 0; i < content.size(); ++i) {
    if (content.match_element<caf::actor>(i))
      content.get_mutable_as<caf::actor>(i) =
        as_seen(content.get_as<caf::actor>(i));
    else if (content.match_element<join_request>(i)) {
      auto& terms = content.get_mutable_as<join_request>(i);
      terms.worker = as_seen(terms.worker);
      terms.agent = as_seen(terms.agent);
    }
  }
  return content;
}

void network::target_ended(uint64_t wire_id, size_t viewer,
                           caf::actor_id target, const caf::error& why) {
  auto of = find(wire_id);
  if (of == nullptr)
    return;
  auto& teller = of->sides[1 - viewer];
  if (!teller.open || silent_[{teller.viewer, true}])
    return;
  arrival news;
  news.wire = wire_id;
  news.to_side = viewer;
  news.action = [this, wire_id, viewer, target, why] {
    auto still = find(wire_id);
    if (still == nullptr)
      return;
    auto& proxies = still->sides[viewer].proxies;
    auto i = proxies.find(target);
    if (i == proxies.end())
      return;
    auto dying = std::move(i->second);
    proxies.erase(i);
    as_proxy(dying)->kill_proxy(nullptr, why);
  };
  queue_.emplace(arrival_time(teller), std::move(news));
}

// -- messages -----------------------------------------------------------------

/// Not what the clock of the sending node shows.
time_point network::true_now() const {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())
    .clock()
    .current_time;
}

time_point network::arrival_time(side& from) {
  auto spread = std::chrono::duration_cast<duration>(
    (now.delay_max - now.delay_min) * random_->uniform());
  auto wait = now.delay_min + spread;
  if (now.slow_share > 0 && random_->uniform() < now.slow_share)
    wait +=
      std::chrono::duration_cast<duration>(now.slow_max * random_->uniform());
  from.last_arrival = std::max(from.last_arrival, true_now() + wait);
  return from.last_arrival;
}

void network::send(uint64_t wire_id, size_t from,
                   const caf::strong_actor_ptr& target,
                   caf::mailbox_element& what) {
  auto of = find(wire_id);
  if (of == nullptr || !of->sides[from].open)
    return;
  auto& here = of->sides[from];
  auto content = what.move_content_to_message();
  auto keeps = target; // `target` goes with the proxy, if that dies here.
  wire_message passing{here.viewer, here.peer, keeps, what.sender, content};
  hooks_.on_send(passing);
  auto swallowed = silent_[{here.viewer, true}] || silent_[{here.peer, false}];
  if (swallowed
      || (now.loss_share > 0 && hooks_.may_be_lost(passing)
          && random_->uniform() < now.loss_share)) {
    ++lost_;
    hooks_.on_loss(passing);
    return;
  }
  arrival x;
  x.wire = wire_id;
  x.to_side = 1 - from;
  x.receiver = keeps;
  x.sender = translate(*of, from, what.sender);
  x.mid = what.mid;
  x.content = translate(*of, from, std::move(content));
  queue_.emplace(arrival_time(here), std::move(x));
}

void network::after(duration wait, std::function<void()> action) {
  arrival x;
  x.action = std::move(action);
  queue_.emplace(true_now() + wait, std::move(x));
}

std::optional<time_point> network::next_arrival() const {
  if (queue_.empty())
    return std::nullopt;
  return queue_.begin()->first;
}

void network::deliver_until(time_point until) {
  while (!queue_.empty() && queue_.begin()->first <= until) {
    auto x = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    if (x.action) {
      x.action();
      continue;
    }
    auto of = find(x.wire);
    if (of != nullptr && of->sides[x.to_side].open)
      x.receiver->enqueue(std::move(x.sender), x.mid, std::move(x.content),
                          nullptr);
  }
}

} // namespace troupe::simulation
