// A whole cluster inside this program: registers a function of its own, runs it
// over four numbers, and prints the result.

#include <troupe/client.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

int fail(const caf::error& why) {
  std::fprintf(stderr, "hello: %s\n", to_string(troupe::from_caf(why)).c_str());
  return 1;
}

int run(caf::actor_system& system) {
  auto functions = std::make_shared<troupe::function_registry>();
  auto added = functions->add("greet", [](const std::string& name) {
    return "hello, " + name;
  });
  if (!added)
    return fail(troupe::to_caf(added.error()));
  troupe::local_cluster_options options;
  options.slots = 2;
  options.functions = functions;
  auto cluster = troupe::local_cluster::start(system, options);
  if (!cluster)
    return fail(cluster.error());
  auto client = cluster->connect();
  if (!client)
    return fail(client.error());
  std::vector<std::string> names{"world", "actors", "troupe"};
  auto greetings = client->run<std::vector<std::string>>("greet", names);
  if (!greetings)
    return fail(greetings.error());
  for (const auto& line : *greetings)
    std::printf("%s\n", line.c_str());
  return 0;
}

} // namespace

int main() {
  caf::actor_system_config config;
  troupe::configure(config);
  caf::actor_system system{config};
  return run(system);
}
