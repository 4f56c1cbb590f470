#pragma once

#include "actors/event_ring.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace troupe {

/// Subscribers beyond this are not taken in; the log says so.
constexpr size_t event_subscribers_max = 1024;

/// What the EVENT HUB holds for one subscriber; pure, the actor sends.
///
/// Events leave in the order in which they came, one per credit. Progress of a
/// job is not queued: only its newest state waits, it leaves at most every
/// `limits::progress_interval`, and not once a state change of that job came,
/// which says more. What has no room is dropped, oldest first, and counted.
class event_queue {
public:
  /// Takes events of `job` only, or of everything if it is 0.
  explicit event_queue(job_id job) : job_(job) {
    // nop
  }

  /// Credit beyond `limits::subscriber_events_max` is ignored.
  void add_credit(uint32_t credit);

  /// Takes an event that the subscriber wants; ignores any other one.
  void push(const event& what, time_point now);

  /// Returns the next event that may leave now, if any, with its number
  /// (from 1) and how many were dropped before it.
  std::optional<event> pop(time_point now);

  /// Returns when progress becomes due that waits for nothing but the time.
  std::optional<time_point> due() const;

  /// Returns how many events wait.
  size_t size() const {
    return queue_.size() + due_.size();
  }

private:
  struct progress {
    time_point next_at{}; ///< Not before; the epoch: at once.
    std::optional<event> waiting;
  };

  void push_progress(const event& what, time_point now);
  void supersede_progress(const event& what);
  bool has_room_for_progress(time_point now);

  job_id job_;
  uint64_t credit_ = 0;
  uint64_t dropped_ = 0;
  uint64_t last_seq_ = 0;
  std::deque<event> queue_; ///< All events but progress.
  std::map<job_id, progress> progress_;
  /// The jobs whose progress waits, by when it may leave.
  std::set<std::pair<time_point, job_id>> due_;
};

/// The EVENT HUB's state.
struct event_hub_state {
  static constexpr const char* name = "event_hub"; ///< Shown in logs.

  struct subscriber {
    caf::actor handle;
    event_queue events;
  };

  event_hub_actor::pointer self = nullptr;
  logger_ptr log;
  std::shared_ptr<event_ring> kept; ///< For those who come later; may be null.
  const wall_clock* wall = nullptr;
  std::unordered_map<caf::actor_addr, subscriber> subscribers;
  bool tick_under_way = false;

  /// Passes an event on, with the time if it has none.
  void publish(event what);
  void subscribe_sender(const subscribe& what);
  void more(const more_events& what);
  void unsubscribe_sender();
  void drop(const caf::actor_addr& who);
  void tick();

private:
  void flush(subscriber& to);
  void arm(const event_queue& events);
};

/// The EVENT HUB: passes events on, bounded for each subscriber, and numbers
/// each subscriber's events from 1 (`event.seq`).
event_hub_actor::behavior_type
event_hub(event_hub_actor::stateful_pointer<event_hub_state> self,
          logger_ptr log, std::shared_ptr<event_ring> kept,
          const wall_clock* wall);

} // namespace troupe
