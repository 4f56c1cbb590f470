#pragma once

#include <sys/socket.h>

#include <cstddef>

namespace troupe {

/// Shuts down, in both directions, every TCP connection of this process to a
/// peer, whoever made it, as if the network between them had closed it.
/// @param peer An IPv4 or IPv6 address with its port.
/// @returns how many there were.
size_t shut_connections_to(const sockaddr_storage& peer);

} // namespace troupe
