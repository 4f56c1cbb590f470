#include "runtime/policy/blame.hpp"

#include "runtime/base/limits.hpp"

#include <algorithm>
#include <cassert>

namespace troupe {

std::vector<index_range> split_after_crash(index_range lost) {
  assert(!lost.empty());
  const auto pieces = std::min(limits::crash_pieces_max, lost.size());
  const auto size = lost.size() / pieces;
  const auto longer = lost.size() % pieces; // So many have one index more.
  std::vector<index_range> result;
  result.reserve(pieces);
  for (uint64_t i = 0; i < pieces; ++i) {
    const auto end = lost.begin + size + (i < longer ? 1 : 0);
    result.push_back({lost.begin, end});
    lost.begin = end;
  }
  return result;
}

bool must_run_alone(const ready_range& what, uint32_t max_crashes) {
  return max_crashes > 0 && what.range.size() == 1
         && what.crashes >= limits::crashes_before_alone;
}

} // namespace troupe
