// A host program that embeds a whole cluster in its own actor system. Prints
// `sum 6`: the built-in function `sleep` returns the milliseconds it slept.

#include <troupe/client.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

int run(caf::actor_system& sys) {
  auto cluster = troupe::local_cluster::start(sys);
  if (!cluster) {
    std::puts("no cluster");
    return 1;
  }
  auto client = cluster->connect();
  if (!client) {
    std::puts("no client");
    return 1;
  }
  using numbers = std::vector<uint64_t>;
  auto slept = client->run<numbers>("sleep", numbers{1, 2, 3});
  if (!slept) {
    std::puts("no result");
    return 1;
  }
  int64_t sum = 0;
  for (auto milliseconds : *slept)
    sum += milliseconds;
  std::printf("sum %lld\n", static_cast<long long>(sum));
  return 0;
}

} // namespace

int main() {
  caf::actor_system_config cfg;
  troupe::configure(cfg);
  caf::actor_system sys{cfg};
  return run(sys);
}
