#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/notice_text.hpp"
#include "nodes/shell/prompt_text.hpp"
#include <troupe/client.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace troupe::shell {

/// Looks at a cluster while a person types: what the prompt says, and what is
/// told above it. Has a connection and threads of its own, since a question may
/// take as long as a coordinator is silent. It reconnects by itself.
class cluster_watch {
public:
  struct options {
    std::function<outcome<client>()> connect; ///< May block.
    std::function<void()> changed;            ///< Called in any thread.
    cluster_state begin; ///< Names of cluster and coordinator.
    std::chrono::milliseconds interval{1000}; ///< Between two looks.
  };

  explicit cluster_watch(options how);

  /// Stops and waits for nobody: questions that are under way, which may take
  /// long, end by themselves.
  ~cluster_watch();

  /// From then on `changed` is not called any more.
  void stop();

  /// Stops and waits for the end of the questions, for a host that takes its
  /// actor system down.
  void stop_and_wait();

  cluster_watch(const cluster_watch&) = delete;
  cluster_watch& operator=(const cluster_watch&) = delete;

  cluster_state state() const;

  /// Waits until it is known whether the cluster answers, or for that time.
  cluster_state wait_for_answer(std::chrono::milliseconds most) const;

  /// Returns what is to be told, a line each, and forgets it.
  std::vector<std::string> take_notices();

  /// Says which events are told from now on.
  void tell(told_events which);

  /// Looks at the cluster now, since something has been done to it.
  void look();

  /// Returns the connection, if there is one.
  std::optional<client> connection() const;

private:
  struct shared;

  std::shared_ptr<shared> shared_;
  std::vector<std::thread> threads_;
};

/// Lines that wait to be told: a cluster can do more in a second than a person
/// reads in an hour.
constexpr size_t notices_max = 20;

} // namespace troupe::shell
