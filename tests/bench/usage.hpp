#pragma once

#include "tests/bench/measure.hpp"

#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>

/// What processes use, as the kernel counts it.
namespace troupe::bench {

constexpr double mb = 1e6;

/// Returns a field of /proc/PID/status that is given in kB, in bytes: `VmRSS:`
/// is the resident memory, `VmHWM:` its peak.
inline double status_bytes(pid_t pid, std::string_view field) {
  std::ifstream status{fmt::format("/proc/{}/status", pid)};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return std::stod(line.substr(field.size() + 1)) * 1024;
  die(fmt::format("process {} is gone", pid));
}

/// Returns the CPU time of all threads of a process in seconds. The scheduler
/// counts nanoseconds; the ticks of /proc/PID/stat are too coarse for 0.2 %.
inline double cpu_seconds(pid_t pid) {
  double nanoseconds = 0;
  auto threads = fmt::format("/proc/{}/task", pid);
  for (const auto& thread : std::filesystem::directory_iterator{threads}) {
    double own = 0;
    if (!(std::ifstream{thread.path() / "schedstat"} >> own))
      die("the kernel does not tell the CPU time of threads (schedstat)");
    nanoseconds += own;
  }
  return nanoseconds * 1e-9;
}

} // namespace troupe::bench
