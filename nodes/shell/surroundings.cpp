#include "nodes/shell/surroundings.hpp"

#include "nodes/shell/shell_target.hpp"
#include "runtime/base/units.hpp"
#include <troupe/configure.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::shell {

namespace {

/// A client has little to do besides waiting.
constexpr size_t scheduler_threads = 1;

caf::actor_system_config& configured(caf::actor_system_config& config) {
  configure(config, scheduler_threads);
  return config;
}

/// The actors of this process.
struct host {
  caf::actor_system_config config;
  caf::actor_system system{configured(config)};
};

/// A connection attempt that blocks in the kernel cannot be interrupted, and
/// the destructor of an actor system waits for it. So it is never called: the
/// process is about to end, which closes everything at once. The shell connects
/// more than once, from several threads.
caf::actor_system& host_system() {
  static auto& kept = *std::make_unique<host>().release();
  return kept.system;
}

outcome<client_options> options_of(const invocation& call) {
  auto target = context_of(call);
  if (!target)
    return tl::unexpected{std::move(target.error())};
  client_options out;
  out.coordinator = target->coordinator;
  out.cluster = target->cluster;
  out.connect_timeout =
    call.duration("connect-timeout").value_or(out.connect_timeout);
  out.name = fmt::format("troupe-{}", ::getpid());
  return out;
}

/// The cluster lives as long as the process, for the same reason.
outcome<client> connect_to_own_cluster() {
  auto started = local_cluster::start(host_system());
  if (!started)
    return refuse(started.error());
  auto& kept = *std::make_unique<local_cluster>(std::move(*started)).release();
  auto made = kept.connect();
  if (!made)
    return refuse(made.error());
  return std::move(*made);
}

outcome<client> connect_from_process(const invocation& call) {
  if (call.has("local"))
    return connect_to_own_cluster();
  auto options = options_of(call);
  if (!options)
    return tl::unexpected{std::move(options.error())};
  auto made = client::connect(host_system(), *options);
  if (!made)
    return refuse(made.error());
  return std::move(*made);
}

std::optional<std::string> process_variable(std::string_view name) {
  const auto* value = std::getenv(std::string{name}.c_str());
  return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

/// Takes the descriptor over: what this process starts must not see it.
int take_output_copy() {
  auto text = process_variable(output_copy_variable);
  ::unsetenv(output_copy_variable);
  if (!text)
    return -1;
  auto number = parse_count(*text, STDERR_FILENO + 1, INT_MAX);
  if (!number)
    return -1;
  auto descriptor = static_cast<int>(*number);
  return ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 ? descriptor : -1;
}

} // namespace

surroundings process_surroundings() {
  return {STDOUT_FILENO,        STDERR_FILENO, process_variable,
          connect_from_process, STDIN_FILENO,  take_output_copy()};
}

} // namespace troupe::shell
