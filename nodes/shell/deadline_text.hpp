#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string_view>

namespace troupe::shell {

/// Reads when a job must have ended: `+DURATION` from now, as in `+90m`, or a
/// time with its zone as in RFC 3339: `2026-07-01T18:00:00Z`,
/// `2026-07-01T18:00:00.5+02:00`.
/// @param now_us Microseconds since 1970 UTC.
/// @returns Milliseconds since 1970 UTC. Errors: `bad_usage` for other texts,
///          and for times that have passed.
result<uint64_t> parse_deadline(std::string_view text, int64_t now_us);

} // namespace troupe::shell
