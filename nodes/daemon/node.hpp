#pragma once

#include "nodes/daemon/options.hpp"
#include "nodes/daemon/publication.hpp"
#include "nodes/embed/roles.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What a node needs from its process, given so that tests need none.
struct node_surroundings {
  std::shared_ptr<logger> log;
  /// For people who ask: the options as they were given, and the last lines of
  /// `log`, if it keeps them.
  std::vector<config_value> values{};
  std::shared_ptr<const log_ring> log_lines{};
  uint64_t ram_bytes = 0; ///< Of the host, or of its container if less.
  uint32_t cores = 1;
  /// Called from an actor when a coordinator refuses this node for good.
  std::function<void(const error&)> on_refused;
  /// Called from an actor when the actors of this node crash too often: it must
  /// end, and its service manager starts it again.
  std::function<void(const error&)> on_gave_up;
};

/// One running node: the actors of its roles and the port that it listens on.
class node {
  /// Only `start` can make one.
  struct passkey {};

public:
  node(passkey, caf::actor_system& system, const node_options& options,
       const node_surroundings& around);

  /// Starts the roles. Errors: `port_in_use`, `cannot_connect` when the
  /// address to listen on cannot be used.
  static result<std::unique_ptr<node>> start(caf::actor_system& system,
                                             const node_options& options,
                                             const node_surroundings& around);

  ~node();

  /// Returns `HOST:PORT`, or `-` for a node that does not listen.
  const std::string& listen_address() const {
    return listen_address_;
  }

  /// Ends what runs: no new work, then up to `node.drain_timeout`.
  /// @param stop_now Asked again and again, waits a moment itself; true cuts
  ///                 the drain short.
  /// @returns whether nothing was lost.
  bool drain(const std::function<bool()>& stop_now);

private:
  result<void> start_lead();
  result<void> start_work();
  std::shared_ptr<dialer> make_dialer() const;
  agent_about about() const;

  caf::actor_system& system_;
  node_options options_;
  node_surroundings around_;
  incarnation incarnation_ = 0;
  std::optional<coordinator_role> lead_;
  std::optional<worker_role> work_;
  std::shared_ptr<publication> port_; ///< Of the coordinator.
  std::string listen_address_ = "-";
};

} // namespace troupe
