#define CAF_SUITE placement

#include "runtime/policy/placement.hpp"

#include <caf/test/unit_test.hpp>

#include <limits>

using namespace troupe;

namespace {

constexpr size_t none = std::numeric_limits<size_t>::max();
constexpr uint64_t much = std::numeric_limits<uint64_t>::max();

worker_load loaded(uint32_t slots, size_t leases, uint64_t estimated_ns) {
  worker_load load;
  load.slots = slots;
  load.leases = leases;
  load.estimated_ns = estimated_ns;
  return load;
}

} // namespace

CAF_TEST(the_least_loaded_worker_is_chosen) {
  struct row {
    const char* what;
    std::vector<worker_load> loads;
    std::vector<size_t> candidates;
    size_t turn;
    size_t want;
  };
  const std::vector<worker_load> equal(4, loaded(1, 1, 5));
  const row rows[] = {
    {"nobody", {}, {}, 0, none},
    {"no candidates", equal, {}, 0, none},
    {"the only one", equal, {2}, 0, 2},
    {"less time", {loaded(1, 0, 9), loaded(1, 5, 8)}, {0, 1}, 0, 1},
    {"less time per slot", {loaded(1, 1, 9), loaded(4, 4, 32)}, {0, 1}, 0, 1},
    {"the same time per slot, fewer leases per slot",
     {loaded(1, 1, 10), loaded(3, 2, 30)},
     {0, 1},
     0,
     1},
    {"thirds are equal",
     {loaded(3, 3, 1), loaded(6, 6, 2), loaded(9, 9, 3)},
     {0, 1, 2},
     1,
     1},
    {"only candidates count", {loaded(1, 0, 0), loaded(1, 0, 1)}, {1}, 0, 1},
    {"no slots count as one", {loaded(0, 0, 9), loaded(1, 0, 8)}, {0, 1}, 0, 1},
    {"extremes",
     {loaded(1, none, much), loaded(4096, none, much)},
     {0, 1},
     0,
     1},
    {"the first turn", equal, {0, 1, 2, 3}, 0, 0},
    {"a later turn", equal, {0, 1, 2, 3}, 2, 2},
    {"the turn itself is no candidate", equal, {0, 1, 3}, 2, 3},
    {"around the end", equal, {0, 1}, 2, 0},
    {"the turn is counted around", equal, {0, 1, 2, 3}, 4 * 5 + 3, 3},
    {"the largest turn", equal, {0, 1, 2, 3}, none, 3},
  };
  for (const auto& [what, loads, candidates, turn, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(least_loaded(loads, candidates, turn).value_or(none), want);
  }
}

CAF_TEST(equal_workers_take_turns) {
  const std::vector<worker_load> loads(3, loaded(2, 0, 0));
  std::vector<size_t> chosen;
  for (size_t turn = 0; turn < 6; ++turn)
    chosen.push_back(*least_loaded(loads, {0, 1, 2}, turn));
  CAF_CHECK_EQUAL(chosen, (std::vector<size_t>{0, 1, 2, 0, 1, 2}));
}
