#define CAF_SUITE range_set

#include "runtime/base/random.hpp"
#include "runtime/model/range_set.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace troupe;

namespace {

using ranges = std::vector<index_range>;

/// The same as a plain vector.
uint64_t naive_add(std::vector<bool>& set, index_range range) {
  uint64_t fresh = 0;
  for (auto i = range.begin; i < range.end; ++i) {
    fresh += set[i] ? 0 : 1;
    set[i] = true;
  }
  return fresh;
}

ranges naive_gaps(const std::vector<bool>& set, index_range range) {
  ranges result;
  for (auto i = range.begin; i < range.end; ++i) {
    if (set[i])
      continue;
    if (!result.empty() && result.back().end == i)
      ++result.back().end;
    else
      result.push_back({i, i + 1});
  }
  return result;
}

} // namespace

CAF_TEST(says_how_much_is_new) {
  struct row {
    const char* what;
    index_range added;
    uint64_t fresh;
    size_t runs;
  };
  const row rows[] = {
    {"the first", {10, 20}, 10, 1},
    {"nothing", {15, 15}, 0, 1},
    {"a reversed range", {15, 12}, 0, 1},
    {"the same", {10, 20}, 0, 1},
    {"a part", {12, 15}, 0, 1},
    {"a neighbour behind", {20, 22}, 2, 1},
    {"a neighbour in front", {8, 10}, 2, 1},
    {"one apart", {30, 40}, 10, 2},
    {"a bridge", {22, 30}, 8, 1},
    {"far away", {100, 101}, 1, 2},
    {"over both ends", {0, 200}, 167, 1},
  };
  range_set set;
  uint64_t size = 0;
  for (const auto& [what, added, fresh, runs] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(set.add(added), fresh);
    size += fresh;
    CAF_CHECK_EQUAL(set.size(), size);
    CAF_CHECK_EQUAL(set.runs(), runs);
  }
}

CAF_TEST(an_empty_set_holds_no_memory) {
  range_set set;
  CAF_CHECK(set.empty());
  CAF_CHECK_EQUAL(set.bytes(), 0u);
  CAF_CHECK(!set.contains(0));
  CAF_CHECK_EQUAL(set.first_in({3, 9}), 9u);
  CAF_CHECK(set.gaps({3, 9}) == ranges({{3, 9}}));
  CAF_CHECK(set.gaps({3, 3}).empty());
  set.add({1, 2});
  CAF_CHECK_GREATER(set.bytes(), 0u);
  set.clear();
  CAF_CHECK(set.empty());
  CAF_CHECK_EQUAL(set.bytes(), 0u);
}

CAF_TEST(the_largest_job_is_a_few_runs) {
  range_set set;
  const auto all = uint64_t{1} << 62;
  set.add({0, all / 2});
  set.add({all / 2 + 1, all});
  CAF_CHECK_EQUAL(set.size(), all - 1);
  CAF_CHECK(set.gaps({0, all}) == ranges({{all / 2, all / 2 + 1}}));
}

CAF_TEST(random_ranges_agree_with_a_plain_vector) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const auto random = make_seeded_random(seed);
    range_set set;
    std::vector<bool> want(96, false);
    auto draw = [&random] {
      const auto begin = random->next() % 80;
      return index_range{begin, begin + random->next() % 12};
    };
    for (int step = 0; step < 24; ++step) {
      const auto range = draw();
      CAF_REQUIRE_EQUAL(set.add(range), naive_add(want, range));
      const auto asked = draw();
      CAF_REQUIRE(set.gaps(asked) == naive_gaps(want, asked));
      auto first = asked.begin;
      while (first < asked.end && !want[first])
        ++first;
      CAF_REQUIRE_EQUAL(set.first_in(asked), first);
      task_index wrong = 0;
      for (task_index i = 0; i < want.size(); ++i)
        wrong += set.contains(i) == want[i] ? 0 : 1;
      CAF_REQUIRE_EQUAL(wrong, 0u);
    }
  }
}
