#pragma once

#include "runtime/wire/messages.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::shell {

/// Which events are told above the prompt.
enum class told_events : uint8_t {
  off,  ///< None; only that the coordinator is lost and back.
  jobs, ///< Jobs that ended.
  all,  ///< Also nodes that come, go and are silent, and restarts.
};

constexpr std::array<std::string_view, 3> told_events_names{"off", "jobs",
                                                            "all"};

/// Returns what is told of an event; nothing if it is not.
std::optional<std::string> notice_text(const event& what, told_events which);

} // namespace troupe::shell
