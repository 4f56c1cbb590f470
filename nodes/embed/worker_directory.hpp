#pragma once

#include "runtime/model/child_rules.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor.hpp>

#include <mutex>

namespace troupe {

/// Where the actors of a worker role are now: a restart gives an actor a new
/// handle. The supervisors keep it up to date. Thread-safe.
class worker_directory {
public:
  /// Those that do not run at the moment are null.
  struct handles {
    worker_actor worker;
    uplink_actor uplink;
  };

  handles current() const;

  /// Takes a report of the supervisor `worker_tree`.
  void note(const supervision_report& what, const caf::actor& child);

private:
  mutable std::mutex mutex_;
  handles now_;
};

} // namespace troupe
