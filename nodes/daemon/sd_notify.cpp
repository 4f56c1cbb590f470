#include "nodes/daemon/sd_notify.hpp"

#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

namespace troupe {

namespace {

/// A service manager that does not read must not hold up the node.
constexpr timeval send_timeout{1, 0};

/// Closes a socket at the end of its scope.
class socket_guard {
public:
  explicit socket_guard(int fd) : fd_(fd) {
    // nop
  }

  socket_guard(const socket_guard&) = delete;
  socket_guard& operator=(const socket_guard&) = delete;

  ~socket_guard() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int get() const {
    return fd_;
  }

private:
  int fd_;
};

tl::unexpected<error> refuse(const std::string& socket, std::string_view why) {
  return fail(errc::file_error,
              fmt::format("cannot notify the service manager at {}: {}; check "
                          "NOTIFY_SOCKET",
                          quote_text(socket), why));
}

tl::unexpected<error> refuse(const std::string& socket, int code) {
  return refuse(socket, std::generic_category().message(code));
}

} // namespace

service_notifier::service_notifier(std::string socket)
  : socket_(std::move(socket)) {
  // nop
}

result<void> service_notifier::ready(std::string_view status) const {
  return send("READY=1\n", status);
}

result<void> service_notifier::stopping(std::string_view status) const {
  return send("STOPPING=1\n", status);
}

result<void> service_notifier::status(std::string_view text) const {
  return send("", text);
}

result<void> service_notifier::send(std::string_view state,
                                    std::string_view status) const {
  if (socket_.empty())
    return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto abstract = socket_.front() == '@';
  if (!abstract && socket_.front() != '/')
    return refuse(socket_, "it is neither an absolute path nor @NAME");
  if (socket_.size() >= sizeof(address.sun_path))
    return refuse(socket_, "the name is too long for a socket");
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (abstract)
    address.sun_path[0] = '\0';
  const auto address_bytes = static_cast<socklen_t>(
    offsetof(sockaddr_un, sun_path) + socket_.size() + (abstract ? 0 : 1));
  std::string message{state};
  message += "STATUS=";
  for (auto c : status) // A newline would start another assignment.
    message += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  socket_guard out{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (out.get() < 0)
    return refuse(socket_, errno);
  ::setsockopt(out.get(), SOL_SOCKET, SO_SNDTIMEO, &send_timeout,
               sizeof(send_timeout));
  if (::sendto(out.get(), message.data(), message.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), address_bytes)
      < 0)
    return refuse(socket_, errno);
  return {};
}

} // namespace troupe
