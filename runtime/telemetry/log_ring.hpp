#pragma once

#include "runtime/base/limits.hpp"
#include "runtime/telemetry/log.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// A record that is kept.
struct kept_record {
  uint64_t seq = 0;    ///< Counts from 1.
  int64_t time_us = 0; ///< Since 1970-01-01 UTC.
  log_level level = log_level::info;
  std::string component;
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;

  friend bool operator==(const kept_record&, const kept_record&) = default;
};

/// The last records of a node's log, for people who ask. Holds at most so many
/// records and bytes; the oldest go first. Thread-safe.
class log_ring {
public:
  /// A record is cut to this many bytes, with a visible mark.
  static constexpr size_t record_bytes_max = 8 * limits::kib;

  explicit log_ring(size_t records_max = limits::log_lines_kept,
                    size_t bytes_max = limits::mib);

  /// Keeps a copy.
  void push(int64_t time_us, const log_record& record);

  /// What one look finds.
  struct page {
    std::vector<kept_record> records; ///< The oldest first.
    uint64_t lost = 0; ///< Records behind `after` that are gone already.
    uint64_t next = 0; ///< What `after` is next time.
    bool more = false; ///< There are further ones behind `next`.
  };

  /// Returns records behind `after` whose level is at least `lowest`.
  /// @param most      At most so many of them.
  /// @param bytes_max At most so many bytes of them, yet one at least.
  page read(uint64_t after, size_t most, log_level lowest,
            size_t bytes_max) const;

  /// Returns what to read behind to get the last `most` of that level.
  uint64_t before_last(size_t most, log_level lowest) const;

private:
  const size_t records_max_;
  const size_t bytes_max_;
  mutable std::mutex mutex_;
  std::deque<kept_record> records_;
  size_t bytes_ = 0;
  uint64_t last_seq_ = 0;
};

/// Returns the logger of `make_stderr_logger` that keeps its records in `ring`
/// besides.
logger_ptr make_stderr_logger(std::string node, log_level lowest,
                              log_format format, std::shared_ptr<log_ring> ring,
                              const wall_clock& clock = system_wall_clock());

} // namespace troupe
