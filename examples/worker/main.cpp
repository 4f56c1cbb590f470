// A worker with a function of its own for a cluster that runs elsewhere:
//
//     worker HOST:PORT
//
// It joins the coordinator there, offers `shout`, and works until SIGTERM or
// Ctrl-C; then it drains: what runs may end, and nothing is lost.

#include <troupe/client.hpp>
#include <troupe/worker.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <unistd.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

namespace {

std::string shout(const std::string& text) {
  std::string result;
  for (unsigned char c : text)
    result += static_cast<char>(std::toupper(c));
  return result;
}

int fail(const troupe::error& why) {
  std::fprintf(stderr, "worker: %s\n", to_string(why).c_str());
  return 1;
}

int run(caf::actor_system& system, const troupe::endpoint& where,
        const sigset_t& signals) {
  auto functions = std::make_shared<troupe::function_registry>();
  if (auto added = functions->add("shout", shout); !added)
    return fail(added.error());
  troupe::worker_node_options options;
  options.name = "shouter";
  options.coordinators = {where};
  options.slots = 2;
  options.functions = functions;
  std::atomic<bool> refused = false;
  options.on_end = [&](const troupe::error& why) {
    fail(why);
    refused = true;
    kill(getpid(), SIGTERM); // Wakes the thread that waits below.
  };
  auto worker = troupe::worker_node::start(system, options);
  if (!worker)
    return fail(troupe::from_caf(worker.error()));
  int signal = 0;
  sigwait(&signals, &signal);
  return !refused && worker->drain(std::chrono::seconds{30}) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  auto where = troupe::parse_endpoint(argc > 1 ? argv[1] : "127.0.0.1:7400");
  if (!where)
    return fail(where.error());
  // Blocked before there are threads, so that only `sigwait` gets them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  caf::actor_system_config config;
  troupe::configure(config);
  caf::actor_system system{config};
  return run(system, *where, signals);
}
