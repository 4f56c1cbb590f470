// Whether more workers help: the same work with 1, 2, 4 and 8 worker processes
// of one slot. Beyond the number of cores they can only do no harm.
//
// Prints troupe.workers_speedup/N (work bound by the CPU alone: time with one
// worker / time with N), speedup_2_workers (the same for two) and
// workers_echo_per_s/N (a streamed job of payloads).

#include "tests/bench/cluster.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/measure.hpp"
#include "tests/bench/settings.hpp"

namespace troupe::bench {

namespace {

/// The primes below `numbers`, in tasks of `numbers_per_task`.
struct workload {
  int64_t numbers;
  int64_t primes;
};
constexpr workload full{4'000'000'000, 189'961'812};
constexpr workload smoke{1'000'000'000, 50'847'534};
constexpr int64_t numbers_per_task = 4'000'000;
constexpr size_t workers_max = 8;

/// Counts all primes and returns how long that took.
double count_primes(const client& api, const workload& what) {
  job_spec spec;
  spec.function = "count_primes";
  spec.reducer = "sum";
  spec.inputs = input_kind::pairs;
  spec.range = {0, what.numbers, numbers_per_task};
  auto begin = bench_clock::now();
  auto job = check(api.submit(spec), "cannot submit");
  auto counted = check(api.finish<uint64_t>(job), "cannot count primes");
  auto spent = seconds_since(begin);
  if (counted != static_cast<uint64_t>(what.primes))
    die(fmt::format("counted {} of {} primes", counted, what.primes));
  return spent;
}

void run(const settings& how) {
  const auto& work = how.smoke ? smoke : full;
  auto seconds = how.smoke ? how.seconds : how.seconds / 4;
  cluster nodes{how};
  double alone = 0;
  for (size_t workers = 1; workers <= workers_max; workers *= 2) {
    while (nodes.processes().size() < workers + 1)
      nodes.add_worker();
    host program{nodes};
    program.await_workers(workers);
    const auto& api = program.api();
    auto spent = count_primes(api, work);
    alone = workers == 1 ? spent : alone;
    print_metric(fmt::format("troupe.workers_speedup/{}", workers),
                 alone / spent);
    if (workers == 2)
      print_metric("troupe.speedup_2_workers", alone / spent);
    auto begin = bench_clock::now();
    auto tasks =
      stream_echo(api, fmt::format("echo-{}", workers),
                  [&](uint64_t) { return seconds_since(begin) < seconds; });
    print_metric(fmt::format("troupe.workers_echo_per_s/{}", workers),
                 double(tasks) / seconds_since(begin));
  }
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
