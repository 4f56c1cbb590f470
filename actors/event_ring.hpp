#pragma once

#include "runtime/base/limits.hpp"
#include "runtime/wire/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace troupe {

/// The last events of a cluster, for people who come later. Progress of jobs is
/// not kept: it would push out all the rest. Lives with the coordinator's
/// process, longer than the EVENT HUB that fills it. Thread-safe.
class event_ring {
public:
  static constexpr size_t events_max = 4096;
  static constexpr size_t bytes_max = 4 * limits::mib;

  /// @param id Tells this ring from that of another process.
  explicit event_ring(uint64_t id, size_t most = events_max);

  /// Keeps a copy, numbered from 1 in `seq`.
  void push(const event& what);

  /// What one look finds.
  struct page {
    std::vector<event> events; ///< The oldest first.
    uint64_t lost = 0;         ///< Events behind `after` that are gone already.
    uint64_t next = 0;         ///< What `after` is next time.
    bool more = false;         ///< There are further ones behind `next`.
  };

  /// Returns at most `most` events behind `after`, and of `room` bytes.
  page read(uint64_t after, size_t most, size_t room) const;

  /// Returns the number of the newest event.
  uint64_t last() const;

  uint64_t id() const {
    return id_;
  }

private:
  const uint64_t id_;
  const size_t events_max_;
  mutable std::mutex mutex_;
  std::deque<event> events_;
  size_t bytes_ = 0;
  uint64_t last_seq_ = 0;
};

} // namespace troupe
