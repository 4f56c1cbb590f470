#include "actors/event_hub.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace troupe {

// -- event_queue --------------------------------------------------------------

void event_queue::add_credit(uint32_t credit) {
  credit_ = std::min<uint64_t>(credit_ + credit, limits::subscriber_events_max);
}

void event_queue::push(const event& what, time_point now) {
  if (job_ != 0 && what.job != job_) // 0: of no job, or of several.
    return;
  if (what.kind == event_kind::job_progress)
    return push_progress(what, now);
  if (what.kind == event_kind::job_state)
    supersede_progress(what);
  if (queue_.size() >= limits::subscriber_events_max) {
    queue_.pop_front();
    ++dropped_;
  }
  queue_.push_back(what);
}

void event_queue::push_progress(const event& what, time_point now) {
  auto i = progress_.find(what.job);
  if (i == progress_.end()) {
    if (!has_room_for_progress(now)) {
      ++dropped_;
      return;
    }
    i = progress_.emplace(what.job, progress{}).first;
  }
  auto& slot = i->second;
  if (!slot.waiting)
    due_.emplace(slot.next_at, what.job);
  slot.waiting = what;
}

void event_queue::supersede_progress(const event& what) {
  auto i = progress_.find(what.job);
  if (i == progress_.end())
    return;
  auto& slot = i->second;
  if (slot.waiting)
    due_.erase({slot.next_at, what.job});
  slot.waiting.reset();
  if (is_terminal(what.status.state))
    progress_.erase(i);
}

bool event_queue::has_room_for_progress(time_point now) {
  if (progress_.size() < limits::subscriber_events_max)
    return true;
  if (due_.size() < progress_.size()) // Some wait for nothing any more.
    std::erase_if(progress_, [&](const auto& x) {
      return !x.second.waiting && x.second.next_at <= now;
    });
  return progress_.size() < limits::subscriber_events_max;
}

std::optional<event> event_queue::pop(time_point now) {
  if (credit_ == 0)
    return std::nullopt;
  std::optional<event> next;
  if (!queue_.empty()) {
    next = std::move(queue_.front());
    queue_.pop_front();
  } else if (!due_.empty() && due_.begin()->first <= now) {
    auto& slot = progress_[due_.begin()->second];
    due_.erase(due_.begin());
    next = std::exchange(slot.waiting, std::nullopt);
    slot.next_at = now + limits::progress_interval;
  }
  if (!next)
    return std::nullopt;
  --credit_;
  next->seq = ++last_seq_;
  next->dropped = std::exchange(dropped_, 0);
  return next;
}

std::optional<time_point> event_queue::due() const {
  if (credit_ == 0 || due_.empty())
    return std::nullopt;
  return due_.begin()->first;
}

// -- event_hub_state ----------------------------------------------------------

void event_hub_state::publish(event what) {
  if (auto ok = check(what); !ok) {
    log->debug(name, "dropped an event", {{"what", to_string(ok.error())}});
    return;
  }
  if (what.at_us == 0)
    what.at_us = static_cast<uint64_t>(wall->now_us());
  if (kept)
    kept->push(what);
  auto now = self->clock().now();
  for (auto& [address, to] : subscribers) {
    to.events.push(what, now);
    flush(to);
  }
}

void event_hub_state::subscribe_sender(const subscribe& what) {
  auto handle = caf::actor_cast<caf::actor>(self->current_sender());
  if (!handle)
    return;
  auto known = subscribers.find(handle.address());
  if (known == subscribers.end()) {
    if (subscribers.size() >= event_subscribers_max) {
      log->warn(name, "refused a subscriber: there are too many",
                {{"limit", std::to_string(event_subscribers_max)}});
      return;
    }
    self->monitor(handle);
  }
  // Subscribing again starts anew, with another filter perhaps.
  auto& to = subscribers
               .insert_or_assign(handle.address(),
                                 subscriber{handle, event_queue{what.job}})
               .first->second;
  to.events.add_credit(what.credit);
}

void event_hub_state::more(const more_events& what) {
  auto i =
    subscribers.find(caf::actor_cast<caf::actor_addr>(self->current_sender()));
  if (i == subscribers.end())
    return;
  i->second.events.add_credit(what.credit);
  flush(i->second);
}

void event_hub_state::unsubscribe_sender() {
  auto i =
    subscribers.find(caf::actor_cast<caf::actor_addr>(self->current_sender()));
  if (i == subscribers.end())
    return;
  self->demonitor(i->first);
  subscribers.erase(i);
}

void event_hub_state::drop(const caf::actor_addr& who) {
  subscribers.erase(who);
}

void event_hub_state::tick() {
  tick_under_way = false;
  for (auto& [address, to] : subscribers)
    flush(to);
}

void event_hub_state::flush(subscriber& to) {
  auto now = self->clock().now();
  while (auto next = to.events.pop(now))
    caf::unsafe_send_as(self, to.handle, std::move(*next));
  arm(to.events);
}

void event_hub_state::arm(const event_queue& events) {
  auto due = events.due();
  if (!due || tick_under_way)
    return; // One timer for all: due times are never far apart.
  tick_under_way = true;
  self->delayed_send(self, std::max(*due - self->clock().now(), duration{0}),
                     tick_atom::value);
}

// -- behavior -----------------------------------------------------------------

event_hub_actor::behavior_type
event_hub(event_hub_actor::stateful_pointer<event_hub_state> self,
          logger_ptr log, std::shared_ptr<event_ring> kept,
          const wall_clock* wall) {
  harden(self, log);
  auto& state = self->state;
  state.self = self;
  state.log = std::move(log);
  state.kept = std::move(kept);
  state.wall = wall;
  self->set_down_handler([self](const caf::down_msg& x) { //
    self->state.drop(x.source);
  });
  return observed<event_hub_actor>(
    self, {
            [&state](const events& x) {
              for (const auto& what : x.items)
                state.publish(what);
            },
            [&state](const subscribe& x) { state.subscribe_sender(x); },
            [&state](const more_events& x) { state.more(x); },
            [&state](unsubscribe_atom) { state.unsubscribe_sender(); },
            [&state](tick_atom) { state.tick(); },
          });
}

} // namespace troupe
