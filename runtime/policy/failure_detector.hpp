#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Decides from the times of a node's heartbeats whether it is still there.
/// Pure: MEMBERSHIP gives the time.
namespace troupe {

struct detector_settings {
  /// How long a healthy node may pause beyond its heartbeats.
  std::chrono::milliseconds pause = limits::heartbeat_pause_default;
  /// Silence after which a suspect node is down.
  std::chrono::milliseconds down_after = limits::down_after_default;
};

/// Returns how unlikely it is that a heartbeat comes after `silence` or later,
/// as a negative power of ten: 1 is one in 10, 8 one in 10^8. The times
/// between heartbeats are taken as normally distributed.
/// @param deviation Standard deviation, more than 0.
/// Source: N. Hayashibara et al., "The phi accrual failure detector", SRDS
/// 2004, with the logistic approximation of Akka (and Pekko).
double phi(duration silence, duration mean, duration deviation);

/// How often nodes are judged while none is late. Seldom, since it costs more
/// than all else that an idle coordinator does; `limits::judge_interval` holds
/// from the first late heartbeat on.
constexpr auto calm_judge_interval = 4 * limits::judge_interval;

/// What a node's silence means.
enum class suspicion : uint8_t {
  none,
  suspect, ///< Give it nothing new.
  down,    ///< Do not wait for it any more.
};

/// Judges one node by the times at which its heartbeats came. All times are
/// those of `local_health::attended`.
class failure_detector {
public:
  /// @param interval  At which the node promised heartbeats, more than 0.
  /// @param joined_at Counts as the first heartbeat.
  failure_detector(const detector_settings& settings, duration interval,
                   time_point joined_at);

  void heartbeat(time_point at);

  suspicion judge(time_point now) const;

  double phi_at(time_point now) const;

  duration silence(time_point now) const;

  /// Whether its next heartbeat should be there by now.
  bool is_late(time_point now) const;

private:
  void record(duration between);

  detector_settings settings_;
  duration interval_;
  time_point last_;
  std::vector<duration> samples_; ///< A ring once it is full.
  size_t next_sample_ = 0;
  duration mean_;
  duration deviation_;
};

/// How well the judge itself is. When its own timer fires later than asked, it
/// was frozen, or starved of processor time, and what others sent meanwhile
/// may wait in its queues: such time is not counted as their silence.
/// (Lifeguard's idea, A. Dadgar et al., arXiv 1707.00788: whose own probes are
/// late widens its timeouts; here by exactly what it missed.)
class local_health {
public:
  /// A tick that is no later than this is ordinary jitter.
  static constexpr duration tolerance = limits::judge_interval / 2;

  /// Notes that the next tick was asked for after `asked`; called at the first
  /// one and at each that fires.
  void tick(time_point now, duration asked);

  /// The tick that was due fired; nothing is asked for until the next one.
  void rest(time_point now);

  /// Returns `now` less the time that the judge missed. Never decreases.
  time_point attended(time_point now) const;

private:
  duration overdue(time_point now) const;

  duration missed_{0};
  time_point due_ = time_point::max();
};

} // namespace troupe
