#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/base/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// What each node has done for one job. A node that comes back as another
/// worker goes on with its count. Nodes beyond the limit share one count, that
/// of the nameless one.
class work_shares {
public:
  struct share {
    worker_id worker = 0;
    std::string node; ///< Empty: all that have no count of their own.
    uint64_t succeeded = 0;
    uint64_t failed = 0;
    uint64_t busy_ns = 0;
  };

  /// @param most Nodes that are counted one by one; one more stands for the
  ///             others.
  explicit work_shares(size_t most = limits::job_shares_max - 1) : most_(most) {
    // nop
  }

  /// Returns a worker's count. Costs O(log nodes), and O(nodes) for the first
  /// time. Valid until the next call.
  share& of(worker_id worker, const std::string& node);

  /// Returns all counts, in no order.
  const std::vector<share>& all() const {
    return shares_;
  }

private:
  size_t most_;
  std::vector<share> shares_; ///< By worker; 0 is the nameless one.
};

} // namespace troupe
