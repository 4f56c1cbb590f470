#pragma once

#include "runtime/base/clock.hpp"

#include <set>

namespace troupe {

/// The ticks that an actor has sent to itself and not received yet, so that it
/// sends no more than it needs: one for each time that was the earliest when it
/// was asked for. Ticks are counted, never compared with a clock: on a host
/// whose clock was slowed down one may come before its time.
class wake_times {
public:
  /// Returns whether a tick must be sent, to come at `when`; false: one that is
  /// under way comes early enough.
  bool arm(time_point when) {
    if (!under_way_.empty() && *under_way_.begin() <= when)
      return false;
    return under_way_.insert(when).second;
  }

  /// A tick came: the earliest of those under way.
  void woke() {
    if (!under_way_.empty())
      under_way_.erase(under_way_.begin());
  }

private:
  std::set<time_point> under_way_;
};

} // namespace troupe
