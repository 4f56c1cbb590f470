#include "tests/simulation/skewed_clock.hpp"

#include <memory>
#include <utility>

namespace troupe::simulation {

namespace {

duration scaled(duration x, double by) {
  return std::chrono::duration_cast<duration>(x * by);
}

} // namespace

void skewed_clock::set_rate(node_number node, double rate) {
  auto before = std::exchange(reader, node);
  auto shown = now();
  reader = before;
  drifts_[node] = {current_time, shown, rate};
}

time_point skewed_clock::now() const noexcept {
  auto i = drifts_.find(reader);
  if (i == drifts_.end())
    return current_time;
  const auto& x = i->second;
  return x.shown + scaled(current_time - x.since, x.rate);
}

time_point skewed_clock::true_time_of(time_point shown) const {
  auto i = drifts_.find(reader);
  if (i == drifts_.end())
    return shown;
  const auto& x = i->second;
  // Rounded up: at that time the clock shows no less.
  return x.since + scaled(shown - x.shown, 1 / x.rate) + duration{1};
}

void skewed_clock::set_ordinary_timeout(time_point t, caf::abstract_actor* self,
                                        caf::atom_value type, uint64_t id) {
  super::set_ordinary_timeout(true_time_of(t), self, type, id);
}

void skewed_clock::set_multi_timeout(time_point t, caf::abstract_actor* self,
                                     caf::atom_value type, uint64_t id) {
  super::set_multi_timeout(true_time_of(t), self, type, id);
}

void skewed_clock::set_request_timeout(time_point t, caf::abstract_actor* self,
                                       caf::message_id id) {
  super::set_request_timeout(true_time_of(t), self, id);
}

void skewed_clock::schedule_message(time_point t,
                                    caf::strong_actor_ptr receiver,
                                    caf::mailbox_element_ptr content) {
  super::schedule_message(true_time_of(t), std::move(receiver),
                          std::move(content));
}

caf::actor_system::module* skewed_scheduler::make(caf::actor_system& system,
                                                  caf::detail::type_list<>) {
  return std::make_unique<skewed_scheduler>(system).release(); // CAF owns it.
}

} // namespace troupe::simulation
