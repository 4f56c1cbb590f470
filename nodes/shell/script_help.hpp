#pragma once

#include <string_view>

namespace troupe::shell {

/// Returns what `troupe help scripts` prints.
std::string_view script_help();

} // namespace troupe::shell
