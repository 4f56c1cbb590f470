#pragma once

#include "runtime/model/lease_event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// All that happened to the leases of one job, about 10 bytes an event, of
/// which times are 4. Holds the last `limits::lease_events_max` events or a few
/// less: beyond that the oldest go, a block of them at a time.
class lease_history {
public:
  /// Precondition: `what.failed` is ascending and within `what.range`.
  void add(const lease_event& what);

  /// Returns the events, oldest first; their `job` is the one that is given.
  std::vector<lease_event> events(job_id job) const;

  /// Whether the oldest events were dropped.
  bool incomplete() const {
    return incomplete_;
  }

  size_t size() const {
    return older_.size() * block_events + events_;
  }

  /// Returns about how much memory it holds beside itself.
  size_t bytes() const;

private:
  static constexpr size_t block_events = 4000;

  /// What the events of a block are written against: neighbours are alike.
  struct context {
    lease_id lease;
    index_range range;
    uint64_t at_us = 0;
  };

  void read(const std::string& block, job_id job,
            std::vector<lease_event>& out) const;

  std::vector<std::string> older_; ///< Full blocks; each can be read alone.
  std::string last_;
  context before_;
  uint64_t term_ = 0; ///< Of the first event; each block begins with it.
  size_t older_bytes_ = 0;
  uint32_t events_ = 0; ///< In `last_`.
  bool incomplete_ = false;
};

} // namespace troupe
