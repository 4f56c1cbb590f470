#pragma once

#include "runtime/model/resources.hpp"

#include <cstdint>

namespace troupe {

/// Returns what a worker offers in numbers: with 0 cpus it has one for each of
/// its slots.
resource_set whole_offer(const resource_set& offers, uint32_t slots);

/// What the running tasks of a worker have of its offer: never more than all of
/// it. It only counts; nothing keeps a task from using more than it said.
class resource_ledger {
public:
  /// An offer of nothing: no task fits.
  resource_ledger() = default;

  resource_ledger(const resource_set& offers, uint32_t slots);

  /// Whether a task with this need could run if nothing else did.
  bool can_ever_fit(const resource_set& need) const;

  /// Whether it fits beside what runs now.
  bool fits(const resource_set& need) const;

  /// A task begins. Precondition: `fits(need)`.
  void take(const resource_set& need);

  /// It has ended. Precondition: `take(need)` was called for it.
  void give_back(const resource_set& need);

  const resource_set& whole() const {
    return whole_;
  }

  /// What is left beside what runs now.
  const resource_set& left() const {
    return left_;
  }

private:
  resource_set whole_{0, 0, {}};
  resource_set left_{0, 0, {}};
};

} // namespace troupe
