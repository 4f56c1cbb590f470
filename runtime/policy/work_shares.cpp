#include "runtime/policy/work_shares.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

work_shares::share& work_shares::of(worker_id worker, const std::string& node) {
  auto place_of = [this](worker_id id) {
    return std::lower_bound(
      shares_.begin(), shares_.end(), id,
      [](const share& x, worker_id y) { return x.worker < y; });
  };
  auto i = place_of(worker);
  if (i != shares_.end() && i->worker == worker)
    return *i;
  share fresh;
  auto before = std::find_if(shares_.begin(), shares_.end(),
                             [&](const share& x) { return x.node == node; });
  if (before != shares_.end()) {
    fresh = std::move(*before);
    shares_.erase(before);
  } else if (auto named =
               shares_.size() - (!shares_.empty() && shares_[0].worker == 0);
             named >= most_) {
    if (shares_.empty() || shares_[0].worker != 0)
      shares_.insert(shares_.begin(), share{});
    return shares_[0];
  }
  fresh.worker = worker;
  fresh.node = node;
  return *shares_.insert(place_of(worker), std::move(fresh));
}

} // namespace troupe
