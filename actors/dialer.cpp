#include "actors/dialer.hpp"

#include "runtime/base/clock.hpp"
#include "runtime/base/connections.hpp"
#include "runtime/base/units.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <vector>

namespace troupe {

namespace {

class direct_link final : public link {
public:
  caf::actor outbound(const caf::actor& ours) override {
    return ours;
  }
  caf::actor inbound(const caf::actor& theirs) override {
    return theirs;
  }
};

struct address_list_delete {
  void operator()(addrinfo* x) const {
    freeaddrinfo(x);
  }
};

/// Waits until a connecting socket is connected; returns an errno value.
int finish_connect(int fd, std::chrono::milliseconds timeout) {
  pollfd waiting{fd, POLLOUT, 0};
  auto n = poll(&waiting, 1, static_cast<int>(timeout.count()));
  if (n == 0)
    return ETIMEDOUT;
  int problem = 0;
  socklen_t length = sizeof(problem);
  if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &length) != 0)
    return errno;
  return problem;
}

/// Returns why nobody listens there, or an empty text if somebody does.
/// @param address Is set to what the name stands for.
std::string probe(const endpoint& target, std::chrono::milliseconds timeout,
                  sockaddr_storage& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = std::to_string(target.port);
  if (auto rc = getaddrinfo(target.host.c_str(), port.c_str(), &hints, &found);
      rc != 0)
    return gai_strerror(rc);
  std::unique_ptr<addrinfo, address_list_delete> list{found};
  std::memcpy(&address, list->ai_addr, list->ai_addrlen);
  auto fd =
    socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return std::strerror(errno);
  auto rc = connect(fd, list->ai_addr, list->ai_addrlen) == 0 ? 0 : errno;
  if (rc == EINPROGRESS)
    rc = finish_connect(fd, timeout);
  close(fd);
  return rc == 0 ? std::string{} : std::strerror(rc);
}

class tcp_dialer final : public dialer {
public:
  tcp_dialer(caf::actor_system& system, std::vector<endpoint> targets)
    : system_(system), targets_(std::move(targets)) {
    // nop
  }

  result<connection> dial(std::chrono::milliseconds timeout) override {
    if (auto left = cut_left(); left > duration::zero())
      return fail(errc::cannot_connect,
                  "the link is cut on purpose (troupe fault cut), for "
                    + format_duration(left));
    std::string why;
    for (size_t i = 0; i < targets_.size(); ++i) {
      const auto& to = targets_[next_++ % targets_.size()];
      sockaddr_storage address{};
      auto problem = probe(to, timeout, address);
      if (problem.empty()) {
        note_reached(address);
        auto door = remote_actor(to, timeout);
        if (door)
          return connection{std::move(*door), make_direct_link()};
        problem = std::move(door.error().text);
      }
      why += (why.empty() ? "" : ", ") + to_string(to) + ": " + problem;
    }
    return fail(errc::cannot_connect,
                "cannot connect to a coordinator (" + why + ")");
  }

  result<void> cut(std::chrono::milliseconds time) override {
    std::unique_lock guard{mutex_};
    cut_until_ = system_.clock().now() + time;
    for (const auto& peer : reached_)
      shut_connections_to(peer);
    return {};
  }

  std::string target() const override {
    std::string result;
    for (const auto& x : targets_)
      result += (result.empty() ? "" : ",") + to_string(x);
    return result;
  }

private:
  duration cut_left() {
    std::unique_lock guard{mutex_};
    return cut_until_ - system_.clock().now();
  }

  void note_reached(const sockaddr_storage& peer) {
    std::unique_lock guard{mutex_};
    for (const auto& known : reached_)
      if (std::memcmp(&known, &peer, sizeof(peer)) == 0)
        return;
    reached_.push_back(peer);
  }

  /// As CAF's own `remote_actor`, which waits for ever for a silent peer.
  result<caf::actor> remote_actor(const endpoint& to,
                                  std::chrono::milliseconds timeout) {
    result<caf::actor> door =
      fail(errc::cannot_connect, "it does not speak Troupe's protocol");
    caf::scoped_actor self{system_};
    self
      ->request(system_.middleman().actor_handle(), timeout,
                caf::connect_atom::value, to.host, to.port)
      .receive(
        [&](const caf::node_id&, const caf::strong_actor_ptr& found,
            const std::set<std::string>&) {
          if (found)
            door = caf::actor_cast<caf::actor>(found);
        },
        [&](const caf::error& why) {
          // CAF's own patience with a handshake may be the shorter one.
          if (why == caf::sec::request_timeout
              || why == caf::sec::connection_timeout)
            door = fail(errc::cannot_connect,
                        "it takes connections, but did not answer in time");
        });
    return door;
  }

  caf::actor_system& system_;
  std::vector<endpoint> targets_;
  size_t next_ = 0;
  std::mutex mutex_; ///< Connectors dial, an agent cuts.
  time_point cut_until_{};
  std::vector<sockaddr_storage> reached_; ///< Without doubles.
};

class local_dialer final : public dialer {
public:
  explicit local_dialer(std::function<caf::actor()> front_door)
    : front_door_(std::move(front_door)) {
    // nop
  }

  result<connection> dial(std::chrono::milliseconds) override {
    if (auto door = front_door_())
      return connection{door, make_direct_link()};
    return fail(errc::cannot_connect, "the front door of this process is being "
                                      "started again: try again in a moment");
  }

  std::string target() const override {
    return "this process";
  }

private:
  std::function<caf::actor()> front_door_;
};

} // namespace

result<void> dialer::cut(std::chrono::milliseconds) {
  return fail(errc::bad_usage, "there is no link that could be cut: it leads "
                               "to "
                                 + target());
}

std::shared_ptr<link> make_direct_link() {
  return std::make_shared<direct_link>();
}

std::shared_ptr<dialer> make_tcp_dialer(caf::actor_system& system,
                                        std::vector<endpoint> targets) {
  return std::make_shared<tcp_dialer>(system, std::move(targets));
}

std::shared_ptr<dialer>
make_local_dialer(std::function<caf::actor()> front_door) {
  return std::make_shared<local_dialer>(std::move(front_door));
}

} // namespace troupe
