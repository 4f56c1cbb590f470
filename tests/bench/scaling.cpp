// Whether a second worker helps: the same work, bound by the CPU alone, with
// one worker process of one slot and with two.
//
// Prints troupe.speedup_2_workers (time with one / time with two).

#include "tests/bench/cluster.hpp"
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
  cluster nodes{how};
  nodes.add_worker();
  double alone = 0;
  {
    host program{nodes};
    program.await_workers(1);
    alone = count_primes(program.api(), work);
  }
  nodes.add_worker();
  host program{nodes};
  program.await_workers(2);
  print_metric("troupe.speedup_2_workers",
               alone / count_primes(program.api(), work));
}

} // namespace

} // namespace troupe::bench

int main(int argc, char** argv) {
  troupe::bench::run(troupe::bench::parse_settings(argc, argv));
}
