#pragma once

#include <string>
#include <string_view>

namespace troupe::shell {

/// Returns JSON with U+FFFD for each lone surrogate. Our own JSON has `\udcNN`
/// for a byte that is not UTF-8 (runtime/function/json.hpp), and nlohmann's
/// parser refuses the whole document for one.
std::string replace_lone_surrogates(std::string_view json);

} // namespace troupe::shell
