#define CAF_SUITE attempt_counts

#include "runtime/base/random.hpp"
#include "runtime/model/attempt_counts.hpp"

#include <caf/test/unit_test.hpp>

#include <vector>

using namespace troupe;

CAF_TEST(neighbours_with_the_same_past_are_one_run) {
  attempt_counts counts;
  counts.add({0, 1000}, {1, 0});
  CAF_CHECK_EQUAL(counts.runs(), 1u);
  counts.add({1000, 2000}, {1, 0});
  CAF_CHECK_EQUAL(counts.runs(), 1u);
  counts.add({500, 1500}, {1, 0});
  CAF_CHECK_EQUAL(counts.runs(), 3u);
  counts.add({0, 500}, {1, 0});
  counts.add({1500, 2000}, {1, 0});
  CAF_CHECK_EQUAL(counts.runs(), 1u);
  CAF_CHECK(counts.of(1999) == (attempt_counts::counts{2, 0}));
}

CAF_TEST(failures_and_blame_are_counted_apart) {
  attempt_counts counts;
  counts.add({7, 8}, {0, 1});
  counts.add({7, 8}, {1, 0});
  counts.add({7, 8}, {0, 1});
  CAF_CHECK(counts.of(7) == (attempt_counts::counts{1, 2}));
  CAF_CHECK(counts.of(6) == attempt_counts::counts{});
  CAF_CHECK(counts.of(8) == attempt_counts::counts{});
}

CAF_TEST(what_is_forgotten_costs_nothing) {
  attempt_counts counts;
  CAF_CHECK_EQUAL(counts.bytes(), 0u);
  counts.forget({0, 100});
  counts.add({10, 20}, {1, 0});
  CAF_CHECK_GREATER(counts.bytes(), 0u);
  counts.forget({14, 16});
  CAF_CHECK_EQUAL(counts.runs(), 2u);
  CAF_CHECK_EQUAL(counts.first_in({14, 18}), 16u);
  counts.forget({0, 100});
  CAF_CHECK(counts.empty());
  CAF_CHECK_EQUAL(counts.bytes(), 0u);
  counts.add({3, 3}, {1, 0});
  counts.add({3, 4}, {0, 0});
  CAF_CHECK(counts.empty());
}

CAF_TEST(random_counts_agree_with_a_plain_vector) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const auto random = make_seeded_random(seed);
    attempt_counts counts;
    std::vector<attempt_counts::counts> want(64);
    for (int step = 0; step < 40; ++step) {
      const auto begin = random->next() % 56;
      const index_range range{begin, begin + random->next() % 9};
      if (random->next() % 3 == 0) {
        counts.forget(range);
        for (auto i = range.begin; i < range.end; ++i)
          want[i] = {};
      } else {
        const attempt_counts::counts more{
          static_cast<uint32_t>(random->next() % 2),
          static_cast<uint32_t>(random->next() % 2)};
        counts.add(range, more);
        for (auto i = range.begin; i < range.end; ++i) {
          want[i].failed += more.failed;
          want[i].blamed += more.blamed;
        }
      }
      size_t runs = 0;
      task_index wrong = 0;
      for (task_index i = 0; i < want.size(); ++i) {
        wrong += counts.of(i) == want[i] ? 0 : 1;
        const auto is_zero = want[i] == attempt_counts::counts{};
        runs += !is_zero && (i == 0 || want[i - 1] != want[i]) ? 1 : 0;
        auto first = i;
        while (first < want.size() && want[first] == attempt_counts::counts{})
          ++first;
        wrong += counts.first_in({i, want.size()}) == first ? 0 : 1;
      }
      CAF_REQUIRE_EQUAL(wrong, 0u);
      CAF_REQUIRE_EQUAL(counts.runs(), runs);
    }
  }
}
