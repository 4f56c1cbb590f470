#define CAF_SUITE ids

#include "runtime/base/ids.hpp"

#include <caf/test/unit_test.hpp>

#include <unordered_set>

using namespace troupe;

CAF_TEST(leases_are_ordered_by_term_then_counter) {
  CAF_CHECK((lease_id{1, 9} < lease_id{2, 1}));
  CAF_CHECK((lease_id{2, 1} < lease_id{2, 2}));
  CAF_CHECK((lease_id{2, 2} == lease_id{2, 2}));
  CAF_CHECK_EQUAL(to_string(lease_id{3, 14}), "3.14");
}

CAF_TEST(leases_hash_apart) {
  std::unordered_set<size_t> hashes;
  for (uint64_t term = 1; term <= 8; ++term)
    for (uint64_t counter = 1; counter <= 128; ++counter)
      hashes.insert(std::hash<lease_id>{}(lease_id{term, counter}));
  CAF_CHECK_EQUAL(hashes.size(), 8u * 128u);
}

CAF_TEST(ranges_are_half_open) {
  const index_range range{10, 20};
  CAF_CHECK_EQUAL(range.size(), 10u);
  CAF_CHECK_EQUAL(to_string(range), "[10, 20)");
  struct row {
    task_index index;
    bool want;
  };
  for (const auto& [index, want] :
       {row{9, false}, row{10, true}, row{19, true}, row{20, false}})
    CAF_CHECK_EQUAL(range.contains(index), want);
}

CAF_TEST(a_range_covers_what_is_inside) {
  struct row {
    const char* what;
    index_range inner;
    bool want;
  };
  const row rows[] = {
    {"itself", {10, 20}, true},           {"a part", {12, 13}, true},
    {"too early", {9, 11}, false},        {"too late", {19, 21}, false},
    {"empty at its end", {20, 20}, true},
  };
  for (const auto& [what, inner, want] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL((index_range{10, 20}.covers(inner)), want);
  }
}

CAF_TEST(empty_ranges_are_known_as_such) {
  CAF_CHECK((index_range{}.empty()));
  CAF_CHECK((index_range{5, 5}.empty()));
  CAF_CHECK((index_range{6, 5}.empty()));
  CAF_CHECK((!index_range{5, 6}.empty()));
}
