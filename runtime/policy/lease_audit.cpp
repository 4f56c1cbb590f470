#include "runtime/policy/lease_audit.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

lease_audit::finding lease_audit::check(const std::vector<lease_id>& current,
                                        std::vector<lease_id> held,
                                        uint64_t through) {
  std::sort(held.begin(), held.end());
  finding result;
  std::vector<lease_id> missing;
  for (const auto& id : current) {
    if (id.counter > through)
      result.behind = true;
    else if (std::binary_search(held.begin(), held.end(), id))
      continue;
    else if (std::binary_search(missing_.begin(), missing_.end(), id))
      result.lost.push_back(id);
    else
      missing.push_back(id);
  }
  missing_ = std::move(missing);
  return result;
}

} // namespace troupe
