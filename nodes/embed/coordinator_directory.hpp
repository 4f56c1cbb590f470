#pragma once

#include "runtime/model/child_rules.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor.hpp>

#include <functional>
#include <mutex>
#include <string>

namespace troupe {

/// Where the actors of a coordinator are now: a restart gives an actor a new
/// handle. The supervisors keep it up to date; it passes news on to those
/// actors that outlive the restart of others. Thread-safe.
class coordinator_directory {
public:
  /// Those that do not run at the moment are null.
  struct handles {
    caf::actor front_door;
    caf::actor agent;
    event_hub_actor events;
    store_actor store;
    membership_actor membership;
    scheduler_actor scheduler;
    coordinator_actor coordinator;
  };

  /// @param on_front_door Called in the root's context with each front door:
  ///                      whoever published the old one publishes the new one.
  explicit coordinator_directory(
    std::function<void(const caf::actor&)> on_front_door)
    : on_front_door_(std::move(on_front_door)) {
    // nop
  }

  handles current() const;

  /// Takes a report of the root or of the supervisor `cluster`.
  void note(const supervision_report& what, const caf::actor& child);

private:
  void forget(const std::string& id);
  void set(const std::string& id, const caf::actor& child);
  void tell() const;

  std::function<void(const caf::actor&)> on_front_door_;
  mutable std::mutex mutex_;
  handles now_;
};

} // namespace troupe
