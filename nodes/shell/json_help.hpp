#pragma once

#include <string_view>

namespace troupe::shell {

/// Returns what `troupe help json` prints, the words of docs/shell.md.
std::string_view json_help();

} // namespace troupe::shell
