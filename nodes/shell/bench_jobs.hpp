#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/granularity.hpp"
#include <troupe/client.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

/// The jobs of `troupe bench`: each is submitted, awaited and its result
/// compared with what it must be.
namespace troupe::shell {

/// Returns the slots of all workers that are up. A failure if there are none.
outcome<uint64_t> slots_of(const client& coordinator);

struct measured_throughput {
  double echo_per_s = 0;  ///< Payloads of 64 B there and back.
  double range_per_s = 0; ///< Tasks of a range job that are counted.
};

/// Runs jobs of `echo` over payloads, then of `noop` over a range, each twice
/// as large as the one before, until one takes `time`. What that one did per
/// second counts.
outcome<measured_throughput> measure_throughput(const client& coordinator,
                                                std::chrono::milliseconds time);

struct measured_latency {
  uint64_t samples = 0;
  double p50_us = 0;
  double p99_us = 0;
};

/// Runs jobs of one `echo` task, one after the other, for about `time`; some
/// before them do not count.
outcome<measured_latency> measure_latency(const client& coordinator,
                                          std::chrono::milliseconds time);

/// Runs `spin` with tasks of this length, as payloads or over a range.
outcome<granularity_point> measure_granularity(const client& coordinator,
                                               bool payload,
                                               std::chrono::nanoseconds length,
                                               std::chrono::milliseconds time,
                                               uint64_t slots);

} // namespace troupe::shell
