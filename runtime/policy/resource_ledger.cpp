#include "runtime/policy/resource_ledger.hpp"

#include <cassert>

namespace troupe {

resource_set whole_offer(const resource_set& offers, uint32_t slots) {
  auto result = offers;
  if (result.cpus == 0)
    result.cpus = slots * resource_unit;
  return result;
}

resource_ledger::resource_ledger(const resource_set& offers, uint32_t slots)
  : whole_(whole_offer(offers, slots)), left_(whole_) {
  // nop
}

bool resource_ledger::can_ever_fit(const resource_set& need) const {
  return covers(whole_, need);
}

bool resource_ledger::fits(const resource_set& need) const {
  return covers(left_, need);
}

void resource_ledger::take(const resource_set& need) {
  subtract(left_, need);
}

void resource_ledger::give_back(const resource_set& need) {
  add(left_, need);
  assert(covers(whole_, left_));
}

} // namespace troupe
