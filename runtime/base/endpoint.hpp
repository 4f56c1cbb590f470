#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Where a node listens or is reached over TCP.
struct endpoint {
  std::string host;  ///< A name, an IPv4 or an IPv6 address (no brackets).
  uint16_t port = 0; ///< 0 = any free port; only for listening.

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Parses `HOST:PORT` or `[IPV6]:PORT`. Short and hexadecimal forms of IPv4
/// addresses (`127.1`, `0`) are refused: resolvers read them as addresses that
/// nobody expects.
/// @returns An error with `bad_usage` that says what is wrong.
result<endpoint> parse_endpoint(std::string_view text);

/// Renders `HOST:PORT`, with brackets around an IPv6 address.
std::string to_string(const endpoint& where);

/// Returns whether only processes of this host can reach the address:
/// `localhost`, 127.0.0.0/8 or ::1. Other names are taken for reachable, since
/// what they resolve to may change.
bool is_loopback(const endpoint& where);

} // namespace troupe
