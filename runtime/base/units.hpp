#pragma once

#include "runtime/base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// How people write and read sizes, durations and counts: in config files, on
/// command lines and in tables. The parse functions fail with `bad_usage`; a
/// caller that knows a file and a line puts them in front.
namespace troupe {

/// No duration that people write is longer: 100 years. Its nanoseconds still
/// fit into 64 bits when added to a time of today.
constexpr auto parsed_duration_max = std::chrono::hours{24 * 365 * 100};

/// Parses a number with an optional unit: B, KiB, MiB, GiB or TiB (powers of
/// 1024; no unit means bytes), as in `16MiB`, `1.5 GiB` or `4096`. At most six
/// decimals; the result is rounded down.
/// @returns Bytes; an error when the text is no size or 2^64 or more.
result<uint64_t> parse_size(std::string_view text);

/// Parses a number with a unit: ms, s, m or h, as in `500ms`, `1.5s` or `2 h`;
/// `0` needs none. At most six decimals; the result is rounded down.
/// @returns Milliseconds in [0, parsed_duration_max].
result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Parses a whole number of decimal digits, without sign or separators.
/// @returns A number in [min, max].
result<uint64_t> parse_count(std::string_view text, uint64_t min = 0,
                             uint64_t max = UINT64_MAX);

/// Renders bytes with the largest fitting unit and at most one decimal:
/// `512 B`, `1.5 KiB`, `16 MiB`.
std::string format_bytes(uint64_t bytes);

/// Renders a duration with two or three significant digits: `850 ns`, `12 us`,
/// `1.25 s`, `2m05s`, `1h02m`, `3d04h`. Negative ones start with `-`.
std::string format_duration(std::chrono::nanoseconds span);

/// Renders all digits in groups of three: `1,234,567`.
std::string format_count(uint64_t count);

} // namespace troupe
