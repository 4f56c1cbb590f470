#define CAF_SUITE lease_audit

#include "runtime/policy/lease_audit.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;

namespace {

using counters = std::vector<uint64_t>;

constexpr uint64_t term = 3;

std::vector<lease_id> ids(const counters& of) {
  std::vector<lease_id> result;
  for (auto x : of)
    result.push_back({term, x});
  return result;
}

counters counters_of(const std::vector<lease_id>& leases) {
  counters result;
  for (const auto& x : leases)
    result.push_back(x.counter);
  return result;
}

/// What one heartbeat brings, and what follows from it.
struct beat {
  counters current;
  counters held;
  uint64_t through = 0;
  counters lost;
  bool behind = false;
};

} // namespace

CAF_TEST(what_heartbeats_reveal) {
  struct row {
    const char* what;
    std::vector<beat> beats;
  };
  const row rows[] = {
    {"nothing is leased", {{{}, {}, 0, {}, false}, {{}, {}, 9, {}, false}}},
    {"all are held",
     {{{1, 2}, {2, 1}, 2, {}, false}, {{1, 2}, {1, 2}, 2, {}, false}}},
    {"missing once is not lost",
     {{{1, 2}, {1}, 2, {}, false},
      {{1, 2}, {1, 2}, 2, {}, false},
      {{1, 2}, {1}, 2, {}, false}}},
    {"missing twice is",
     {{{1, 2}, {1}, 2, {}, false}, {{1, 2}, {1}, 2, {2}, false}}},
    {"what was not granted yet when it left is not missing",
     {{{1, 5}, {1}, 4, {}, true},
      {{1, 5}, {1}, 4, {}, true},
      {{1, 5}, {1}, 4, {}, true},
      {{1, 5}, {1, 5}, 5, {}, false}}},
    {"it is when the worker has seen later grants",
     {{{1, 5}, {1}, 4, {}, true},
      {{1, 5}, {1}, 6, {}, false},
      {{1, 5}, {1}, 6, {5}, false}}},
    {"one that ended in between is nobody's",
     {{{1, 2}, {}, 2, {}, false}, {{2}, {}, 2, {2}, false}}},
    {"leases of others do not matter",
     {{{1}, {1, 7, 8}, 8, {}, false}, {{1}, {1, 7}, 8, {}, false}}},
    {"each is counted for itself",
     {{{1, 2}, {2}, 2, {}, false},
      {{1, 2}, {1}, 2, {}, false},
      {{1, 2}, {1}, 2, {2}, false}}},
  };
  for (const auto& [what, beats] : rows) {
    lease_audit subject;
    for (const auto& x : beats) {
      CAF_MESSAGE(what);
      auto found = subject.check(ids(x.current), ids(x.held), x.through);
      auto lost = counters_of(found.lost);
      CAF_CHECK_EQUAL(lost, x.lost);
      CAF_CHECK_EQUAL(found.behind, x.behind);
    }
  }
}

CAF_TEST(a_lease_of_an_earlier_term_does_not_stand_for_a_current_one) {
  lease_audit subject;
  std::vector<lease_id> old{{term - 1, 1}};
  subject.check(ids({1}), old, 1);
  CAF_CHECK_EQUAL(subject.check(ids({1}), old, 1).lost.size(), 1u);
}
