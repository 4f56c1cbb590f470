#pragma once

#include "runtime/wire/protocol.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <type_traits>
#include <vector>

namespace troupe::simulation {

/// Looks into an actor whose turn it is not: the state of one of that kind, or
/// nullptr if it is of another kind or has ended.
template <class State>
State* state_of(caf::abstract_actor* actor) {
  using impl = std::remove_pointer_t<decltype(State::self)>;
  auto found = dynamic_cast<impl*>(actor);
  if (found == nullptr || found->getf(caf::abstract_actor::is_terminated_flag))
    return nullptr;
  return &found->state;
}

template <class State>
State* state_of(const caf::strong_actor_ptr& actor) {
  return actor ? state_of<State>(actor->get()) : nullptr;
}

/// Watches what actors tell each other and compares it with the invariants of
/// the design, with books of its own.
class checks {
public:
  explicit checks(world& where);

  /// A message that an actor is about to handle.
  void see(const delivery& what);

  /// A message that leaves its node.
  void see(const wire_message& what);

  /// After all jobs have ended and everything calmed down: nothing is left.
  /// @param scheduler The one that runs now.
  void see_calm(const caf::strong_actor_ptr& scheduler);

  uint64_t tasks_accepted() const {
    return tasks_;
  }

private:
  struct job {
    std::vector<bool> accepted; ///< By index; grows.
    std::set<task_index> dead;
  };

  /// A worker that has a scheduler again.
  struct attachment {
    time_point at{};
    bool flushed = false; ///< It had its chance to send.
  };

  void see_worker(const delivery& what);
  void recorded(const store_accept& what);
  void granted(const wire_message& where, const grants& what);
  job& job_of(job_id id, task_index end);

  world& world_;
  std::map<job_id, job> jobs_;
  std::map<caf::actor_id, attachment> attached_;
  uint64_t tasks_ = 0;
  uint64_t looks_ = 0;
};

} // namespace troupe::simulation
