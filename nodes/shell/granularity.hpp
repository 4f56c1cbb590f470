#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// How much of the time is work, over the length of tasks.
namespace troupe::shell {

/// One measured length.
struct granularity_point {
  std::chrono::nanoseconds length{0}; ///< Of one task, CPU time.
  uint64_t tasks = 0;
  double seconds = 0; ///< From submit to result.
  /// Ideal time (tasks * length / slots) divided by the real one.
  double efficiency = 0;
};

/// Returns the lengths that are measured, the shortest first: three for each
/// factor of ten, so that what the scheduler learned from one is about right
/// for the next.
/// @param shortest Rounded up to the next of them.
std::vector<std::chrono::nanoseconds>
granularity_lengths(std::chrono::nanoseconds shortest,
                    std::chrono::nanoseconds longest);

/// Returns how many tasks of this length keep `slots` slots busy for about
/// `time`: a multiple of `slots`, and at most `granularity_tasks_max`.
uint64_t granularity_tasks(std::chrono::nanoseconds length,
                           std::chrono::milliseconds time, uint64_t slots);

constexpr uint64_t granularity_tasks_max = 1'000'000'000;

/// Returns tasks * length / (slots * seconds).
double efficiency_of(std::chrono::nanoseconds length, uint64_t tasks,
                     double seconds, uint64_t slots);

/// Returns METG(50 %) in microseconds: the shortest length from which on at
/// least half of the time is work, between two points on a straight line over
/// the logarithm of the length. The shortest length if even that one is long
/// enough, nothing if no length is.
/// Precondition: the points are sorted by length.
/// Source: E. Slaughter et al., "Task Bench", SC 2020 (minimum effective task
/// granularity).
std::optional<double> metg_us(std::span<const granularity_point> points);

/// Returns a length as people read it: `500 ns`, `20 us`, `1 s`.
std::string format_length(std::chrono::nanoseconds length);

} // namespace troupe::shell
