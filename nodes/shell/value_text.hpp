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

/// Returns a number of things: `1 task`, `1,204 tasks`.
std::string counted(uint64_t count, std::string_view what);

/// Returns a rate for people: `1,204/s`, `12.3/s`, `0.04/s`.
std::string per_second(double rate);

/// Returns how much of a whole is done, as `42 %`; `100 %` only when nothing is
/// left.
std::string share_text(uint64_t done, uint64_t whole);

} // namespace troupe::shell
