#include "runtime/policy/retry.hpp"

#include <algorithm>

namespace troupe {

using std::chrono::milliseconds;

std::optional<milliseconds> next_delay(const retry_policy& policy,
                                       uint32_t failed, double uniform) {
  if (failed >= policy.max_attempts)
    return std::nullopt;
  const auto base = std::max<int64_t>(policy.base.count(), 0);
  const auto cap = std::max<int64_t>(policy.cap.count(), 0);
  const auto doublings = failed == 0 ? 0 : failed - 1;
  // Compare with the cap shifted down: `base` shifted up might overflow.
  const auto is_capped = doublings >= 63 || base > (cap >> doublings);
  const auto ceiling = is_capped ? (base == 0 ? 0 : cap) : base << doublings;
  const auto drawn =
    static_cast<int64_t>(uniform * static_cast<double>(ceiling));
  // A product of doubles may round up to the ceiling, which is excluded.
  return milliseconds{
    std::clamp<int64_t>(drawn, 0, std::max<int64_t>(ceiling - 1, 0))};
}

milliseconds reconnect_backoff::next(double uniform) {
  const auto step = std::min(next_, max_);
  next_ = step > max_ / 2 ? max_ : step * 2;
  const auto half = static_cast<double>(step.count()) / 2;
  return milliseconds{static_cast<int64_t>(half + half * uniform)};
}

} // namespace troupe
