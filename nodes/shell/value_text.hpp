#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How single values are shown, in JSON and to people.
namespace troupe::shell {

/// Return a JSON string, or an array of them.
std::string quoted(std::string_view text);
std::string quoted(const std::vector<std::string>& texts);

/// Returns microseconds as seconds, exactly, without needless zeros.
std::string seconds(uint64_t us);

/// Returns microseconds as people write a duration.
std::string span(uint64_t us);

} // namespace troupe::shell
