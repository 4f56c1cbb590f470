#pragma once

#include "runtime/base/endpoint.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/function/function.hpp"
#include "runtime/model/resources.hpp"
#include "runtime/telemetry/log.hpp"

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "troupe/configure.hpp"

namespace troupe {

struct worker_node_options {
  std::string name; ///< Of the node, in its cluster; empty: a new one.
  std::string cluster = "default";
  /// Where the coordinator may be, tried in turn.
  std::vector<endpoint> coordinators{{"127.0.0.1", 7400}};
  uint32_t slots = 0;              ///< Tasks at a time; 0: one per core.
  std::vector<std::string> labels; ///< `key=value` or `key`.
  /// What its tasks may need together: 0 cpus are one for each slot, 0 memory
  /// is that of the host. It is counted, not enforced.
  resource_set offers{0, 0, {}};
  /// What it can run; the built-in functions when empty.
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  /// The coordinator must expect the same.
  std::chrono::milliseconds heartbeat_interval =
    limits::heartbeat_interval_default;
  std::shared_ptr<logger> log; ///< None: silent.
  /// Called once if the node will never work again: it was refused for good
  /// (another cluster, another version, a living node of its name), or its
  /// actors crashed again and again. By an actor, so it must not block, nor
  /// destroy the `worker_node`.
  std::function<void(const error&)> on_end;
};

/// A worker inside the host's own actor system that works for a coordinator
/// elsewhere, as `trouped` does with the role worker, but with functions of the
/// host. It looks for its coordinator for as long as it lives, also after that
/// was lost; what functions throw or return does not end it, a crash ends the
/// whole host. Destroying it stops its actors and hands back what it runs.
class worker_node {
public:
  /// Errors: `not_configured` when the system's config did not go through
  /// `troupe::configure`; `bad_usage` without any place to look for the
  /// coordinator, or for offers that cannot be; `start_failed`.
  static caf::expected<worker_node> start(caf::actor_system& system,
                                          worker_node_options options);

  worker_node(worker_node&&) noexcept;
  worker_node& operator=(worker_node&&) noexcept;
  ~worker_node();

  const std::string& name() const;

  /// Takes no more work, hands back what waits, lets what runs end, and leaves
  /// the cluster. Blocks the calling thread, which must not be an actor's.
  /// @returns false if something still ran after `timeout`; it was handed back.
  bool drain(std::chrono::milliseconds timeout) const;

private:
  struct impl;
  explicit worker_node(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

} // namespace troupe
