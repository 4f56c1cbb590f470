#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/telemetry/log.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace troupe::simulation {

/// The log of one role: reads the reports of its supervisors and counts their
/// restarts in a book of its own.
class restart_watch final : public logger {
public:
  /// @param now      Returns the virtual time.
  /// @param violated Is told of a supervisor that goes on for ever.
  restart_watch(std::function<time_point()> now,
                std::function<void(const std::string&)> violated);

private:
  void write(const log_record& what) override;

  std::function<time_point()> now_;
  std::function<void(const std::string&)> violated_;
  /// When children failed, by the path of their supervisor.
  std::map<std::string, std::deque<time_point>, std::less<>> failures_;
};

} // namespace troupe::simulation
