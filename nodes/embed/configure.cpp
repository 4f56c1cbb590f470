#include "nodes/embed/troupe/configure.hpp"

#include "runtime/wire/register.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/io/middleman.hpp>
#include <caf/settings.hpp>
#include <caf/timespan.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// Not an option of CAF's, so no config file or flag of the host sets it.
constexpr char configured_key[] = "troupe.configured";

/// Half of the cores: actors are few and coarse, functions and blocking actors
/// have threads of their own, and each further thread makes a hop between two
/// actors a wake-up (ADR 0008).
size_t default_threads() {
  return std::max<size_t>(1, std::thread::hardware_concurrency() / 2);
}

} // namespace

void configure(caf::actor_system_config& config, size_t threads) {
  register_types(config);
  config.load<caf::io::middleman>();
  // Work stealing costs CPU when idle and degenerates with long run queues;
  // without a limit on throughput a flooded BASP broker starves its sockets;
  // separate middleman workers only add a hop. Heartbeats notice silent peers
  // and must be the same on every node.
  config.set("scheduler.policy", caf::atom("sharing"))
    .set("scheduler.max-threads", threads == 0 ? default_threads() : threads)
    .set("scheduler.max-throughput", size_t{50})
    .set("middleman.workers", size_t{0})
    .set("middleman.enable-automatic-connections", false)
    .set("middleman.heartbeat-interval", caf::timespan{500ms})
    .set("middleman.connection-timeout", caf::timespan{3s});
  caf::put(config.content, configured_key, true);
}

bool is_configured(const caf::actor_system& system) {
  return caf::get_or(system.config(), configured_key, false);
}

} // namespace troupe
