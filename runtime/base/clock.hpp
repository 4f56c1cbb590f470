#pragma once

#include <chrono>
#include <cstdint>

namespace troupe {

/// Time for decisions: monotonic, and virtual in tests. Actors pass
/// `self->clock().now()`, pure code takes it as a parameter.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// Time for people and for terms that must grow over restarts.
class wall_clock {
public:
  virtual ~wall_clock() = default;

  /// Returns microseconds since 1970-01-01 UTC.
  virtual int64_t now_us() const = 0;
};

/// The operating system's clock; it lives as long as the process.
const wall_clock& system_wall_clock();

} // namespace troupe
