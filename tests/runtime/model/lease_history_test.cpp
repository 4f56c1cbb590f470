#define CAF_SUITE lease_history

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/lease_history.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <utility>
#include <vector>

using namespace troupe;

namespace {

using kind = lease_event_kind;

lease_event granted(uint64_t counter, index_range range) {
  return {kind::granted, 3, {1, counter}, 7, range, 0, {}};
}

lease_event accepted(uint64_t counter, uint32_t seq, index_range range,
                     std::vector<task_index> failed = {}) {
  return {kind::accepted, 3, {1, counter}, 0, range, seq, std::move(failed)};
}

lease_event drawn(random_source& random, uint64_t serial) {
  lease_event result;
  result.kind = static_cast<kind>(random.next() % lease_event_kind_count);
  result.job = 3;
  result.at_us = serial / 3 * 1000 + random.next() % 5;
  if (result.kind == kind::resumed)
    return result;
  result.lease = {serial / 500 + 1, random.next() >> (random.next() % 64)};
  if (result.kind == kind::granted || result.kind == kind::adopted)
    result.worker = random.next() % 1000;
  result.range.begin = random.next() >> (2 + random.next() % 60);
  result.range.end = result.range.begin + random.next() % 1025;
  if (result.kind != kind::accepted)
    return result;
  result.seq = static_cast<uint32_t>(random.next());
  result.waited_us = random.next() >> (random.next() % 64);
  result.took_us = random.next() >> (random.next() % 64);
  for (auto i = result.range.begin; i < result.range.end; ++i)
    if (random.next() % 8 == 0)
      result.failed.push_back(i);
  return result;
}

} // namespace

CAF_TEST(events_come_back_as_they_were) {
  const auto random = make_seeded_random(1);
  lease_history history;
  std::vector<lease_event> want;
  for (uint64_t i = 0; i < 9000; ++i) { // More than two blocks.
    want.push_back(drawn(*random, i));
    history.add(want.back());
  }
  CAF_CHECK_EQUAL(history.size(), want.size());
  CAF_CHECK(!history.incomplete());
  const auto got = history.events(3);
  CAF_CHECK(got == want);
}

CAF_TEST(extreme_numbers_survive) {
  const std::vector<lease_event> want{
    {kind::granted,
     3,
     {UINT64_MAX, UINT64_MAX},
     UINT64_MAX,
     {uint64_t{1} << 62, UINT64_MAX},
     0,
     {},
     UINT64_MAX},
    {kind::accepted,
     3,
     {0, 0},
     0,
     {0, 1},
     UINT32_MAX,
     {0},
     0,
     UINT64_MAX,
     UINT64_MAX},
    {kind::revoked, 3, {UINT64_MAX, 0}, 0, {0, 0}, 0, {}, 5},
    {kind::resumed, 3, {}, 0, {}, 0, {}, 4},
    {kind::resumed, 3, {}, 0, {}, 0, {}, 4},
  };
  lease_history history;
  for (const auto& x : want)
    history.add(x);
  CAF_CHECK(history.events(3) == want);
}

CAF_TEST(an_event_costs_a_few_bytes) {
  lease_history history;
  CAF_CHECK_EQUAL(history.bytes(), 0u);
  // A lease of a millisecond that waited for two others.
  for (uint64_t i = 0; i < 10'000; ++i) {
    auto lease = granted(i, {i * 1024, i * 1024 + 1024});
    lease.at_us = i * 1000;
    history.add(lease);
    auto slice = accepted(i, 0, {i * 1024, i * 1024 + 1024});
    slice.at_us = i * 1000 + 700;
    slice.waited_us = 2000;
    slice.took_us = 1000;
    history.add(slice);
  }
  CAF_CHECK_LESS(history.bytes(), 20'000u * 11);
  // A thousand failures in a slice are one run of them.
  std::vector<task_index> failed;
  for (task_index i = 0; i < 1024; ++i)
    failed.push_back(i);
  lease_history failures;
  for (uint64_t i = 0; i < 1000; ++i)
    failures.add(accepted(i, 0, {0, 1024}, failed));
  CAF_CHECK_LESS(failures.bytes(), 20'000u);
}

CAF_TEST(the_oldest_events_go) {
  lease_history history;
  const auto most = limits::lease_events_max;
  for (uint64_t i = 0; i < most; ++i)
    history.add(granted(i, {i, i + 1}));
  CAF_CHECK_EQUAL(history.size(), most);
  CAF_CHECK(!history.incomplete());
  const auto full = history.bytes();
  size_t largest = 0;
  for (uint64_t i = most; i < 3 * most; ++i) {
    history.add(granted(i, {i, i + 1}));
    largest = std::max(largest, history.size());
  }
  CAF_CHECK(history.incomplete());
  CAF_CHECK_EQUAL(largest, most);
  CAF_CHECK_GREATER_OR_EQUAL(history.size(), most * 9 / 10);
  CAF_CHECK_LESS(history.bytes(), full * 2);
  const auto left = history.events(3);
  CAF_REQUIRE_EQUAL(left.size(), history.size());
  const auto first = 3 * most - left.size();
  size_t wrong = 0;
  for (size_t i = 0; i < left.size(); ++i)
    wrong += left[i] == granted(first + i, {first + i, first + i + 1}) ? 0 : 1;
  CAF_CHECK_EQUAL(wrong, 0u);
}
