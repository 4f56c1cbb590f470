#pragma once

#include "runtime/function/function.hpp"
#include "runtime/model/resources.hpp"
#include "runtime/telemetry/log.hpp"

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "troupe/client.hpp"
#include "troupe/configure.hpp"

namespace troupe {

struct local_cluster_options {
  std::string name = "local";
  std::string cluster = "default";
  uint32_t slots = 0;              ///< 0: one per core.
  std::vector<std::string> labels; ///< Of the worker: `key=value` or `key`.
  /// Of the worker; see `worker_node_options`.
  resource_set offers{0, 0, {}};
  /// By which policy tasks get their workers, see `placement_names`; empty: the
  /// default.
  std::string placement;
  /// What the worker can run; the built-in functions when empty.
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  size_t memory_bytes_max = limits::gib;
  std::shared_ptr<logger> log; ///< None: silent.
};

/// A whole cluster (coordinator and one worker) inside the host's own actor
/// system, without a port. Destroying it stops its actors.
class local_cluster {
public:
  /// Errors: `not_configured` when the system's config did not go through
  /// `troupe::configure`; `bad_usage` for offers that cannot be or a placement
  /// that does not exist.
  static caf::expected<local_cluster> start(caf::actor_system& system,
                                            local_cluster_options options = {});

  local_cluster(local_cluster&&) noexcept;
  local_cluster& operator=(local_cluster&&) noexcept;
  ~local_cluster();

  /// Returns a client of this cluster.
  caf::expected<client> connect() const;

private:
  struct impl;
  explicit local_cluster(std::unique_ptr<impl> state);
  std::unique_ptr<impl> impl_;
};

} // namespace troupe
