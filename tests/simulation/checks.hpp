#pragma once

#include "runtime/wire/protocol.hpp"
#include "tests/simulation/world.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace troupe::simulation {

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
  void see_calm();

  /// Returns how many jobs the coordinator still leads to their end.
  uint64_t unfinished_jobs(const coordinator_actor& lead) const;

  uint64_t tasks_accepted() const {
    return tasks_;
  }

private:
  struct job {
    std::vector<bool> accepted; ///< By index; grows.
    std::set<task_index> dead;
  };

  void recorded(const store_accept& what);
  void granted(const wire_message& where, const grants& what);
  void check_book(const caf::scheduled_actor* actor);
  job& job_of(job_id id, task_index end);

  world& world_;
  std::map<job_id, job> jobs_;
  uint64_t tasks_ = 0;
  caf::strong_actor_ptr scheduler_; ///< That granted last.
  uint64_t looks_ = 0;
};

} // namespace troupe::simulation
