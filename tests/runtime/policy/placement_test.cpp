#define CAF_SUITE placement

#include "runtime/model/placement_names.hpp"
#include "runtime/policy/placement.hpp"

#include <caf/test/unit_test.hpp>

#include <limits>
#include <set>
#include <string>

using namespace troupe;

namespace {

constexpr size_t most = std::numeric_limits<size_t>::max();
constexpr uint64_t much = std::numeric_limits<uint64_t>::max();

worker_load loaded(uint32_t slots, size_t leases, uint64_t estimated_ns) {
  worker_load load;
  load.slots = slots;
  load.leases = leases;
  load.estimated_ns = estimated_ns;
  return load;
}

worker_load with_cpus(worker_load load, uint64_t cpus) {
  load.cpus = cpus * resource_unit;
  return load;
}

} // namespace

CAF_TEST(the_least_loaded_worker_comes_first) {
  struct row {
    const char* what;
    worker_load first;
    worker_load second;
  };
  const row rows[] = {
    {"less time", loaded(1, 5, 8), loaded(1, 0, 9)},
    {"less time per slot", loaded(4, 4, 32), loaded(1, 1, 9)},
    {"less time per processor", with_cpus(loaded(8, 1, 32), 4),
     loaded(1, 1, 9)},
    {"as much time, fewer leases per slot", loaded(3, 2, 30), loaded(1, 1, 10)},
    {"no slots count as one", loaded(1, 0, 8), loaded(0, 0, 9)},
    {"extremes", loaded(4096, most, much), loaded(1, most, much)},
  };
  for (const auto& [what, first, second] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK(rank_by_load(first, 9, 9) < rank_by_load(second, 1, 1));
    CAF_CHECK(rank_by_turn(first, 9, 9) > rank_by_turn(second, 1, 1));
  }
}

CAF_TEST(equal_workers_take_turns) {
  // Thirds of one, two and three are the same double.
  const worker_load equal[] = {loaded(3, 3, 1), loaded(6, 6, 2),
                               loaded(9, 9, 3)};
  for (auto rank : {rank_by_load, rank_by_turn})
    for (const auto& x : equal)
      for (const auto& y : equal) {
        CAF_CHECK(rank(x, 4, 7) < rank(y, 5, 2));
        CAF_CHECK(rank(x, 4, 2) < rank(y, 4, 7)); // Neither was ever served.
      }
}

CAF_TEST(policies_are_found_by_name) {
  std::set<std::string_view> names;
  for (const auto& x : placement_policies()) {
    CAF_CHECK(names.insert(x.name).second);
    CAF_CHECK(!x.summary.empty());
    CAF_CHECK(find_placement(x.name) == &x);
  }
  // Those that a job may name are those that there are.
  CAF_CHECK(names
            == (std::set<std::string_view>{placement_names.begin(),
                                           placement_names.end()}));
  CAF_CHECK_EQUAL(std::string{find_placement({})->name}, "adaptive");
  CAF_CHECK(find_placement("Adaptive") == nullptr);
  CAF_CHECK(find_placement("random") == nullptr);
}
