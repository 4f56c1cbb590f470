#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/model/child_rules.hpp"
#include "runtime/wire/messages.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace troupe {

/// Makes events of what the supervisors of a coordinator report: each actor
/// that is up again, and why. Thread-safe, since several supervisors report.
class restart_news {
public:
  /// @param node Of the coordinator.
  /// @param wall Outlives this object.
  restart_news(std::string node, const wall_clock& wall)
    : node_(std::move(node)), wall_(wall) {
    // nop
  }

  /// Takes a report. @returns the event to publish, if an actor that was up
  ///                          before is up again.
  std::optional<event> note(const supervision_report& what);

private:
  std::string node_;
  const wall_clock& wall_;
  std::mutex mutex_;
  std::set<std::string> seen_;               ///< Paths of actors.
  std::map<std::string, std::string> ended_; ///< Why, by path of supervisor.
};

} // namespace troupe
