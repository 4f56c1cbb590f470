#pragma once

#include "runtime/base/clock.hpp"
#include "tests/simulation/network.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <map>

namespace troupe::simulation {

/// The virtual clock of a world whose nodes have clocks of their own: each may
/// run faster or slower than true time, and shows what it shows to the actors
/// of its node only. A timer that an actor sets goes off when its node's clock
/// shows that time. (A timer that was set before the rate changed stays where
/// it was.)
class skewed_clock final : public caf::detail::test_actor_clock {
public:
  /// Whose actor runs now: its clock is read. `nobody`: true time.
  node_number reader = nobody;

  /// From now on the node's clock runs so many times as fast as true time.
  /// Precondition: `rate` is positive.
  void set_rate(node_number node, double rate);

  time_point true_now() const {
    return current_time;
  }

  time_point now() const noexcept override;
  void set_ordinary_timeout(time_point t, caf::abstract_actor* self,
                            caf::atom_value type, uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self,
                         caf::atom_value type, uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self,
                           caf::message_id id) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  using super = caf::detail::test_actor_clock;
  using super::schedule_message;

private:
  /// A clock that showed `shown` at `since` and runs at `rate` from then on.
  struct drift {
    time_point since{};
    time_point shown{};
    double rate = 1;
  };

  time_point true_time_of(time_point shown) const;

  std::map<node_number, drift> drifts_;
};

/// CAF's deterministic scheduler with that clock.
class skewed_scheduler final : public caf::scheduler::test_coordinator {
public:
  using caf::scheduler::test_coordinator::test_coordinator;

  skewed_clock& clock() noexcept override {
    return clock_;
  }

  /// CAF makes its modules so.
  static caf::actor_system::module* make(caf::actor_system& system,
                                         caf::detail::type_list<>);

private:
  skewed_clock clock_;
};

} // namespace troupe::simulation
