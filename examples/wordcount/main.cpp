// Counts the words of the files given as arguments on a cluster inside this
// program, and prints the N most frequent ones: `wordcount N FILE...`

#include <troupe/client.hpp>
#include <troupe/local_cluster.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using counts = std::vector<std::pair<std::string, uint64_t>>;

int fail(const std::string& why) {
  std::fprintf(stderr, "wordcount: %s\n", why.c_str());
  return 1;
}

std::vector<std::string> read_files(const std::vector<std::string>& paths) {
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

int run(caf::actor_system& system, const std::string& most,
        const std::vector<std::string>& paths) {
  auto cluster = troupe::local_cluster::start(system);
  if (!cluster)
    return fail(to_string(troupe::from_caf(cluster.error())));
  auto client = cluster->connect();
  if (!client)
    return fail(to_string(troupe::from_caf(client.error())));
  troupe::job_spec job;
  job.name = "wordcount";
  job.reducer = "top:" + most;
  auto top = client->run<counts>("wordcount", read_files(paths), job);
  if (!top)
    return fail(to_string(troupe::from_caf(top.error())));
  for (const auto& [word, count] : *top)
    std::printf("%8llu %s\n", static_cast<unsigned long long>(count),
                word.c_str());
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: wordcount N FILE...\n");
    return 2;
  }
  caf::actor_system_config config;
  troupe::configure(config);
  caf::actor_system system{config};
  return run(system, argv[1], {argv + 2, argv + argc});
}
