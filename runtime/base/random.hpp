#pragma once

#include <cstdint>
#include <memory>

namespace troupe {

/// Where chance comes from. Given to whoever needs it, never taken, so that a
/// seed replays a run. Not thread-safe: one source per actor.
class random_source {
public:
  virtual ~random_source() = default;

  /// Returns 64 uniformly distributed bits.
  virtual uint64_t next() = 0;

  /// Returns a draw from [0, 1).
  double uniform();
};

/// Returns a generator that repeats itself for the same seed (SplitMix64;
/// G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014).
std::unique_ptr<random_source> make_seeded_random(uint64_t seed);

/// Returns 64 bits from the operating system; for seeds and incarnations,
/// taken once at process start by `nodes/`.
uint64_t system_entropy();

} // namespace troupe
