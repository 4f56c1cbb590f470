#pragma once

#include "runtime/base/error.hpp"

#include <string>
#include <string_view>

namespace troupe {

/// Tells the service manager how the node is doing, with systemd's protocol
/// (sd_notify(3)): one datagram of `KEY=VALUE` lines to the socket that the
/// variable `NOTIFY_SOCKET` names. Without that variable nothing is sent and
/// everything succeeds. Every failure is `file_error`; nodes log it and go on.
class service_notifier {
public:
  /// @param socket The value of `NOTIFY_SOCKET`: an absolute path, `@NAME` for
  ///               an abstract socket, or empty for none.
  explicit service_notifier(std::string socket);

  /// The node is up.
  result<void> ready(std::string_view status) const;

  /// The node has begun to shut down.
  result<void> stopping(std::string_view status) const;

  /// What `systemctl status` shows; control characters become spaces.
  result<void> status(std::string_view text) const;

private:
  result<void> send(std::string_view state, std::string_view status) const;

  std::string socket_;
};

} // namespace troupe
