#define CAF_SUITE sd_notify

#include "nodes/daemon/sd_notify.hpp"

#include <caf/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

using namespace troupe;

namespace {

/// A service manager's end: a bound datagram socket. Reads never wait.
class manager {
public:
  explicit manager(const std::string& name)
    : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto abstract = name.front() == '@';
    if (abstract)
      address.sun_path[0] = '\0';
    const auto bytes =
      offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1);
    bound_ = bind(fd_, reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(bytes))
             == 0;
  }

  ~manager() {
    close(fd_);
  }

  bool bound() const {
    return bound_;
  }

  /// Returns the next datagram, or `none`.
  std::string receive() {
    std::array<char, 1024> buffer{};
    auto n = recv(fd_, buffer.data(), buffer.size(), 0);
    return n < 0 ? "none" : std::string{buffer.data(), static_cast<size_t>(n)};
  }

private:
  int fd_;
  bool bound_ = false;
};

/// A folder that is gone at the end.
class temp_folder {
public:
  temp_folder() {
    const auto* parent = std::getenv("TMPDIR");
    path_ = std::string{parent != nullptr ? parent : "/tmp"}
            + "/troupe-notify-XXXXXX";
    CAF_REQUIRE(mkdtemp(path_.data()) != nullptr);
  }

  ~temp_folder() {
    unlink(socket().c_str());
    rmdir(path_.c_str());
  }

  std::string socket() const {
    return path_ + "/s";
  }

private:
  std::string path_;
};

void check_conversation(const std::string& name) {
  manager systemd{name};
  CAF_REQUIRE(systemd.bound());
  const service_notifier notifier{name};
  CAF_CHECK(notifier.ready("serving").has_value());
  CAF_CHECK(notifier.status("3 jobs\nREADY=0").has_value());
  CAF_CHECK(notifier.stopping("draining").has_value());
  CAF_CHECK_EQUAL(systemd.receive(), "READY=1\nSTATUS=serving");
  CAF_CHECK_EQUAL(systemd.receive(), "STATUS=3 jobs READY=0");
  CAF_CHECK_EQUAL(systemd.receive(), "STOPPING=1\nSTATUS=draining");
  CAF_CHECK_EQUAL(systemd.receive(), "none");
}

} // namespace

CAF_TEST(messages_arrive_at_a_socket_in_the_file_system) {
  const temp_folder folder;
  check_conversation(folder.socket());
}

CAF_TEST(messages_arrive_at_an_abstract_socket) {
  check_conversation("@troupe-notify-" + std::to_string(getpid()));
}

CAF_TEST(nothing_is_sent_without_a_service_manager) {
  const service_notifier notifier{""};
  CAF_CHECK(notifier.ready("x").has_value());
  CAF_CHECK(notifier.status("x").has_value());
  CAF_CHECK(notifier.stopping("x").has_value());
}

CAF_TEST(a_socket_that_does_not_work_is_an_error) {
  struct row {
    const char* what;
    std::string socket;
    std::string why;
  };
  const row rows[] = {
    {"nobody there", "/nowhere/at/all", "No such file or directory"},
    {"nobody at an abstract one", "@troupe-nobody", "Connection refused"},
    {"a relative path", "here", "neither an absolute path nor @NAME"},
    {"a name too long", "/" + std::string(200, 'x'), "too long"},
  };
  for (const auto& [what, socket, why] : rows) {
    CAF_MESSAGE(what);
    auto sent = service_notifier{socket}.ready("x");
    CAF_REQUIRE(!sent.has_value());
    CAF_CHECK(sent.error().code == errc::file_error);
    CAF_CHECK(sent.error().text.find(why) != std::string::npos);
  }
}
