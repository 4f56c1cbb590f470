#include "nodes/daemon/node.hpp"
#include "nodes/daemon/options.hpp"
#include "nodes/daemon/sd_notify.hpp"
#include "nodes/embed/host_memory.hpp"
#include "nodes/embed/troupe/configure.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/version.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

namespace {

constexpr int exit_failure = 1;
constexpr int exit_usage = 2;

/// How long one look for a second signal takes while draining.
constexpr timespec signal_poll{0, 20'000'000};

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

/// Ends the process without waiting for functions that do not return; every
/// actor was told to stop, and nothing is buffered.
[[noreturn]] void leave(int code) {
  std::fflush(stdout);
  std::fflush(stderr);
  _exit(code);
}

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "node";
}

/// Tells service manager and log when a call of the notifier fails.
void check(const troupe::result<void>& ok, troupe::logger& log) {
  if (!ok)
    log.warn("node", "cannot notify the service manager",
             {{"why", to_string(ok.error())}});
}

int run(const troupe::parsed_options& parsed) {
  auto options = parsed.options;
  if (options.node.name.empty())
    options.node.name =
      troupe::default_node_name(host_name(), troupe::system_entropy());
  auto log_lines = std::make_shared<troupe::log_ring>();
  auto log = troupe::make_stderr_logger(options.node.name, options.log.level,
                                        options.log.format, log_lines);
  for (const auto& warning : parsed.warnings)
    log->warn("node", warning);
  auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr); // Before CAF makes threads.
  std::signal(SIGPIPE, SIG_IGN);
  caf::actor_system_config config;
  troupe::configure(config, options.node.threads);
  caf::actor_system system{config};
  troupe::node_surroundings around;
  around.log = log;
  around.log_lines = log_lines;
  around.values = parsed.values;
  around.ram_bytes = troupe::host_memory_bytes();
  around.cores = std::max(1u, std::thread::hardware_concurrency());
  around.on_refused = [](const troupe::error& why) {
    fmt::print(stderr, "trouped: {}\n", to_string(why));
    leave(exit_failure);
  };
  around.on_gave_up = around.on_refused;
  auto node = troupe::node::start(system, options, around);
  if (!node) {
    fmt::print(stderr, "trouped: {}\n", to_string(node.error()));
    leave(exit_failure);
  }
  auto socket = std::getenv("NOTIFY_SOCKET");
  troupe::service_notifier manager{socket == nullptr ? "" : socket};
  say(fmt::format("ready name={} roles={} listen={} pid={}", options.node.name,
                  to_string(options.node.roles), (*node)->listen_address(),
                  getpid()));
  check(manager.ready("up"), *log);
  int signal = 0;
  sigwait(&signals, &signal);
  log->info("node", "draining; a second signal stops now",
            {{"signal", strsignal(signal)}});
  check(manager.stopping("draining"), *log);
  auto clean = (*node)->drain(
    [&signals] { return sigtimedwait(&signals, nullptr, &signal_poll) > 0; });
  log->info("node", clean ? "stopped" : "stopped, with unfinished work");
  node->reset();
  leave(clean ? EXIT_SUCCESS : exit_failure);
}

} // namespace

int main(int argc, char** argv) {
  auto sources = troupe::process_sources(argc, argv, environ);
  auto parsed = troupe::parse_options(sources);
  if (!parsed) {
    fmt::print(stderr, "trouped: {}\n", to_string(parsed.error()));
    return exit_usage;
  }
  switch (parsed->action) {
    case troupe::node_action::help: say(troupe::options_help()); return 0;
    case troupe::node_action::version:
      say(fmt::format("trouped {} (protocol {})", troupe::product_version,
                      troupe::protocol_version));
      return 0;
    case troupe::node_action::check: say("ok"); return 0;
    case troupe::node_action::run: break;
  }
  return run(*parsed);
}
