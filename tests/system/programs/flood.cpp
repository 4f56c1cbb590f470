// A client that takes results as fast as they come, for the system tests:
//
//     flood HOST:PORT RESULT_BYTES SECONDS
//
// Streams the results of `fill` (worker.cpp) for a while, then prints `results
// COUNT bytes SUM` and leaves.

#include "nodes/embed/troupe/client.hpp"
#include "nodes/embed/troupe/configure.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace troupe {

namespace {

int refuse(const error& why) {
  fmt::print(stderr, "flood: {}\n", to_string(why));
  return 1;
}

int run(const endpoint& where, int64_t bytes, std::chrono::seconds length) {
  caf::actor_system_config config;
  configure(config);
  caf::actor_system system{config};
  client_options to;
  to.coordinator = where;
  auto api = client::connect(system, to);
  if (!api)
    return refuse(from_caf(api.error()));
  job_spec spec;
  spec.function = "fill";
  spec.inputs = input_kind::integers;
  spec.range = {0, std::numeric_limits<int32_t>::max(), 1};
  spec.options.stream = true;
  client::set_args(spec, bytes);
  auto job = api->submit(spec);
  if (!job)
    return refuse(from_caf(job.error()));
  uint64_t count = 0;
  uint64_t sum = 0;
  auto take = [&](task_index, std::string_view encoded) {
    ++count;
    sum += encoded.size();
  };
  wait_options patience;
  patience.timeout = length;
  auto ended = api->stream(*job, take, patience);
  if (ended)
    return refuse({errc::bad_usage, "the job has ended before its time"});
  if (auto why = from_caf(ended.error()); why.code != errc::timed_out)
    return refuse(why);
  fmt::print("results {} bytes {}\n", count, sum);
  return 0;
}

} // namespace

} // namespace troupe

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: flood HOST:PORT RESULT_BYTES SECONDS\n");
    return 2;
  }
  auto where = troupe::parse_endpoint(argv[1]);
  if (!where)
    return troupe::refuse(where.error());
  return troupe::run(*where, std::stoll(argv[2]),
                     std::chrono::seconds{std::stoll(argv[3])});
}
