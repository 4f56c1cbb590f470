#define CAF_SUITE scenario

#include "tests/simulation/scenario.hpp"

#include <caf/test/unit_test.hpp>

#include <sstream>
#include <string>

using namespace troupe::simulation;

namespace {

outcome run(uint64_t seed, bool faults, std::ostream* trace = nullptr) {
  scenario_options options;
  options.seed = seed;
  options.faults = faults;
  options.trace = trace;
  return scenario{options}.run();
}

void check_sound(const outcome& what) {
  for (const auto& x : what.violations)
    CAF_ERROR("seed " << what.seed << ": " << x.what);
}

} // namespace

CAF_TEST(calm_clusters_end_their_jobs_without_a_violation) {
  uint64_t tasks = 0;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    auto what = run(seed, false);
    check_sound(what);
    CAF_CHECK(what.jobs > 0);
    CAF_CHECK(what.faults.empty());
    tasks += what.tasks;
  }
  CAF_CHECK(tasks > 100);
}

CAF_TEST(a_seed_replays_its_trace) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    std::ostringstream first;
    std::ostringstream second;
    run(seed, true, &first);
    run(seed, true, &second);
    CAF_CHECK(!first.str().empty());
    CAF_CHECK(first.str() == second.str());
  }
}

CAF_TEST(seeds_differ) {
  std::ostringstream first;
  std::ostringstream second;
  run(1, true, &first);
  run(2, true, &second);
  CAF_CHECK(first.str() != second.str());
}
