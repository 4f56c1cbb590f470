#include "runtime/policy/slice_faults.hpp"

namespace troupe {

void slice_faults::begin(const terms& what, time_point until) {
  terms_ = what;
  until_ = until;
}

slice_faults::fate slice_faults::next(time_point now) {
  if (now >= until_ || random_->uniform() >= terms_.share)
    return {};
  return {terms_.delay == std::chrono::milliseconds{0}, terms_.delay};
}

} // namespace troupe
