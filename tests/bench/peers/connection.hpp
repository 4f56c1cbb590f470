#pragma once

#include "tests/bench/measure.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace troupe::bench {

/// A loopback connection to a peer's server: what is to be sent is collected
/// in `out`, what came stands in `in`. Ends the program when it breaks.
class connection {
public:
  explicit connection(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof(where)) != 0
        || ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0)
      die(fmt::format("nobody listens at port {}", port));
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection() {
    ::close(fd_);
  }

  std::string out;
  std::string in;

  /// Sends all of `out`. Reads whenever the server has something to say: it
  /// may not read while nobody takes its answers.
  void flush() {
    size_t sent = 0;
    while (sent < out.size()) {
      pollfd ready{fd_, POLLIN | POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR)
        die("cannot wait for a peer's server");
      if ((ready.revents & POLLIN) != 0)
        read_some();
      if ((ready.revents & POLLOUT) == 0)
        continue;
      auto count =
        ::send(fd_, out.data() + sent, out.size() - sent, MSG_DONTWAIT);
      if (count < 0 && errno != EAGAIN && errno != EINTR)
        die("a peer's server closed the connection");
      sent += count > 0 ? static_cast<size_t>(count) : 0;
    }
    out.clear();
  }

  /// Blocks until more has come.
  void read_some() {
    char buffer[64 * 1024];
    auto count = ::read(fd_, buffer, sizeof(buffer));
    if (count <= 0 && errno != EINTR)
      die("a peer's server closed the connection");
    in.append(buffer, count > 0 ? static_cast<size_t>(count) : 0);
  }

private:
  int fd_;
};

} // namespace troupe::bench
