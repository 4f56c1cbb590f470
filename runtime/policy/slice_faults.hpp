#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"

#include <chrono>
#include <memory>

namespace troupe {

/// What `troupe fault drop` and `troupe fault delay` do to the slices of a
/// worker: which of its messages are lost or late.
class slice_faults {
public:
  struct terms {
    double share = 0;                  ///< Of the messages, from 0 to 1.
    std::chrono::milliseconds delay{}; ///< 0: they are lost.
  };

  struct fate {
    bool lost = false;
    std::chrono::milliseconds delay{}; ///< 0: sent at once.
  };

  /// Replaces what was asked for before.
  void begin(const terms& what, time_point until);

  /// Returns what becomes of the next message.
  fate next(time_point now);

private:
  terms terms_;
  time_point until_{};
  /// Only that about a share of them is hit matters, not which.
  std::unique_ptr<random_source> random_ = make_seeded_random(1);
};

} // namespace troupe
