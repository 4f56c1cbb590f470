#define CAF_SUITE backoff_queue

#include "runtime/model/backoff_queue.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{};

std::vector<task_index> begins(const std::vector<backoff_queue::entry>& xs) {
  std::vector<task_index> found;
  for (const auto& x : xs)
    found.push_back(x.what.range.begin);
  return found;
}

} // namespace

CAF_TEST(an_empty_queue_is_never_due) {
  backoff_queue queue;
  CAF_CHECK(!queue.next_due());
  CAF_CHECK(queue.pop_due(start + 1h).empty());
  queue.remove(1);
  CAF_CHECK_EQUAL(queue.size(), 0u);
}

CAF_TEST(what_is_due_comes_earliest_first) {
  struct row {
    const char* what;
    duration now;
    std::vector<task_index> want;
    size_t left;
  };
  const row rows[] = {
    {"before the first", 9ms, {}, 5},
    {"exactly then", 10ms, {3}, 4},
    {"equals in order of arrival", 20ms, {1, 2}, 2},
    {"late", 1h, {5, 4}, 0},
    {"nothing left", 2h, {}, 0},
  };
  backoff_queue queue;
  queue.push(start + 20ms, 1, {{1, 2}, 2, 0});
  queue.push(start + 20ms, 2, {{2, 3}, 2, 0});
  queue.push(start + 10ms, 1, {{3, 4}, 2, 0});
  queue.push(start + 40ms, 2, {{4, 5}, 2, 0});
  queue.push(start + 30ms, 1, {{5, 6}, 2, 0});
  for (const auto& [what, now, want, left] : rows) {
    CAF_MESSAGE(what);
    CAF_CHECK_EQUAL(begins(queue.pop_due(start + now)), want);
    CAF_CHECK_EQUAL(queue.size(), left);
    CAF_CHECK_EQUAL(queue.next_due().has_value(), left > 0);
    if (left > 0)
      CAF_CHECK(*queue.next_due() > start + now);
  }
}

CAF_TEST(entries_keep_job_and_history) {
  backoff_queue queue;
  queue.push(start, 7, {{10, 20}, 3, 2});
  const auto due = queue.pop_due(start);
  CAF_REQUIRE_EQUAL(due.size(), 1u);
  CAF_CHECK_EQUAL(due[0].job, 7u);
  CAF_CHECK(due[0].what == (ready_range{{10, 20}, 3, 2}));
}

CAF_TEST(remove_drops_one_job_only) {
  backoff_queue queue;
  for (task_index i = 0; i < 10; ++i)
    queue.push(start + i * 1ms, 1 + i % 2, {{i, i + 1}, 2, 0});
  CAF_CHECK_EQUAL(queue.pop_due(start + 1ms).size(), 2u);
  queue.remove(1);
  CAF_CHECK_EQUAL(queue.size(), 4u);
  CAF_CHECK(queue.next_due() == start + 3ms);
  queue.remove(1);
  CAF_CHECK_EQUAL(begins(queue.pop_due(start + 1h)),
                  (std::vector<task_index>{3, 5, 7, 9}));
  queue.push(start, 1, {{0, 1}, 2, 0});
  queue.remove(1);
  CAF_CHECK(!queue.next_due());
}

CAF_TEST(a_part_can_be_taken_out_and_the_rest_stays_due) {
  backoff_queue queue;
  queue.push(start + 20ms, 1, {{10, 20}, 2, 0});
  queue.push(start + 10ms, 1, {{20, 30}, 3, 0});
  queue.push(start + 10ms, 2, {{0, 30}, 2, 0});
  const auto parts = queue.parts(1, {15, 22});
  CAF_REQUIRE_EQUAL(parts.size(), 2u);
  CAF_CHECK(parts[0] == (ready_range{{15, 20}, 2, 0}));
  CAF_CHECK(parts[1] == (ready_range{{20, 22}, 3, 0}));
  CAF_CHECK(queue.parts(3, {0, 99}).empty());
  queue.take(1, {15, 22});
  queue.take(3, {0, 99});
  CAF_CHECK(queue.parts(1, {15, 22}).empty());
  const auto first = queue.pop_due(start + 10ms);
  CAF_CHECK(begins(first) == (std::vector<task_index>{0, 22}));
  const auto second = queue.pop_due(start + 20ms);
  CAF_REQUIRE_EQUAL(second.size(), 1u);
  CAF_CHECK(second[0].what == (ready_range{{10, 15}, 2, 0}));
  CAF_CHECK_EQUAL(queue.size(), 0u);
}
