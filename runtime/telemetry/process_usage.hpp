#pragma once

#include <cstdint>

namespace troupe {

/// What this process uses of its host. What the system does not say is 0.
struct process_usage {
  int64_t pid = 0;
  uint64_t threads = 0;
  uint64_t memory_bytes = 0; ///< Resident.
  uint64_t cpu_us = 0;       ///< User and system together.
  uint64_t open_files = 0;
  uint64_t open_files_max = 0;
  uint64_t age_us = 0; ///< Since the process started.
};

/// Asks the system, which takes some microseconds.
process_usage read_process_usage();

} // namespace troupe
