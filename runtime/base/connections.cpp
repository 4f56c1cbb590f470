#include "runtime/base/connections.hpp"

#include <netinet/in.h>

#include <charconv>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace troupe {

namespace {

bool is_same(const sockaddr_storage& a, const sockaddr_storage& b) {
  if (a.ss_family != b.ss_family)
    return false;
  if (a.ss_family == AF_INET) {
    sockaddr_in x{};
    sockaddr_in y{};
    std::memcpy(&x, &a, sizeof(x));
    std::memcpy(&y, &b, sizeof(y));
    return x.sin_port == y.sin_port && x.sin_addr.s_addr == y.sin_addr.s_addr;
  }
  if (a.ss_family != AF_INET6)
    return false;
  sockaddr_in6 x{};
  sockaddr_in6 y{};
  std::memcpy(&x, &a, sizeof(x));
  std::memcpy(&y, &b, sizeof(y));
  return x.sin6_port == y.sin6_port
         && std::memcmp(&x.sin6_addr, &y.sin6_addr, sizeof(in6_addr)) == 0;
}

} // namespace

size_t shut_connections_to(const sockaddr_storage& peer) {
  namespace fs = std::filesystem;
  size_t count = 0;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator{"/proc/self/fd", problem}) {
    auto name = entry.path().filename().string();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    sockaddr_storage found{};
    socklen_t size = sizeof(found);
    // Fails for whatever is no connected socket.
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&found), &size) != 0
        || !is_same(found, peer))
      continue;
    if (shutdown(fd, SHUT_RDWR) == 0)
      ++count;
  }
  return count;
}

} // namespace troupe
