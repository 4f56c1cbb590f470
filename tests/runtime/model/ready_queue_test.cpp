#define CAF_SUITE ready_queue

#include "runtime/base/random.hpp"
#include "runtime/model/ready_queue.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;

namespace {

std::vector<job_id> jobs_of(const ready_queue& queue) {
  std::vector<job_id> found;
  queue.for_each_job([&](job_id job) {
    found.push_back(job);
    return true;
  });
  return found;
}

} // namespace

CAF_TEST(an_empty_queue_has_nothing) {
  ready_queue queue;
  CAF_CHECK(queue.empty());
  CAF_CHECK(!queue.pop(1, 10));
  CAF_CHECK(queue.front(1) == nullptr);
  CAF_CHECK_EQUAL(queue.remove(1), 0u);
  CAF_CHECK_EQUAL(queue.tasks(1), 0u);
  CAF_CHECK(jobs_of(queue).empty());
}

CAF_TEST(neighbours_of_one_history_are_joined) {
  struct row {
    const char* what;
    ready_range added;
    size_t ranges;
    uint64_t tasks;
  };
  // One after another.
  const row rows[] = {
    {"the first", {{10, 20}, 1, 0}, 1, 10},
    {"joins the one before", {{20, 30}, 1, 0}, 1, 20},
    {"joins the one behind", {{5, 10}, 1, 0}, 1, 25},
    {"a gap", {{40, 50}, 1, 0}, 2, 35},
    {"fills the gap", {{30, 40}, 1, 0}, 1, 45},
    {"another attempt", {{50, 60}, 2, 0}, 2, 55},
    {"another crash count", {{60, 70}, 2, 1}, 3, 65},
    {"another attempt in front", {{0, 5}, 3, 0}, 4, 70},
    {"pieces of a lost lease stay apart", {{70, 71}, 2, 1}, 5, 71},
  };
  ready_queue queue;
  for (const auto& [what, added, ranges, tasks] : rows) {
    CAF_MESSAGE(what);
    queue.push(1, added);
    CAF_CHECK_EQUAL(queue.ranges(), ranges);
    CAF_CHECK_EQUAL(queue.tasks(1), tasks);
    CAF_CHECK_EQUAL(queue.tasks(), tasks);
  }
}

CAF_TEST(pop_takes_from_the_lowest_range) {
  ready_queue queue;
  queue.push(1, {{10, 20}, 1, 0});
  queue.push(1, {{0, 5}, 2, 1});
  CAF_CHECK(!queue.pop(1, 0));
  CAF_CHECK(!queue.pop(2, 5));
  CAF_CHECK(*queue.front(1) == (ready_range{{0, 5}, 2, 1}));
  CAF_CHECK(*queue.pop(1, 3) == (ready_range{{0, 3}, 2, 1}));
  CAF_CHECK(*queue.front(1) == (ready_range{{3, 5}, 2, 1}));
  CAF_CHECK(*queue.pop(1, ~0ull) == (ready_range{{3, 5}, 2, 1}));
  CAF_CHECK(*queue.pop(1, 1) == (ready_range{{10, 11}, 1, 0}));
  queue.push(1, {{10, 11}, 1, 0});
  CAF_CHECK_EQUAL(queue.ranges(), 1u);
  CAF_CHECK(*queue.pop(1, 10) == (ready_range{{10, 20}, 1, 0}));
  CAF_CHECK(queue.empty());
  CAF_CHECK_EQUAL(queue.ranges(), 0u);
  CAF_CHECK(queue.front(1) == nullptr);
}

CAF_TEST(huge_ranges_are_one_entry) {
  ready_queue queue;
  queue.push(1, {{0, uint64_t{1} << 62}, 1, 0});
  CAF_CHECK(*queue.pop(1, 1 << 20) == (ready_range{{0, 1 << 20}, 1, 0}));
  CAF_CHECK_EQUAL(queue.ranges(), 1u);
  CAF_CHECK_EQUAL(queue.tasks(), (uint64_t{1} << 62) - (1 << 20));
}

CAF_TEST(jobs_come_in_the_order_given) {
  struct row {
    const char* what;
    ready_queue::job_order order;
    std::vector<job_id> want;
  };
  const row rows[] = {
    {"by id", std::less<job_id>{}, {1, 2, 3, 4}},
    {"the newest first", std::greater<job_id>{}, {4, 3, 2, 1}},
    {"odd ones first, equals by id",
     [](job_id x, job_id y) { return x % 2 > y % 2; },
     {1, 3, 2, 4}},
    {"all equal", [](job_id, job_id) { return false; }, {1, 2, 3, 4}},
  };
  for (const auto& [what, order, want] : rows) {
    CAF_MESSAGE(what);
    ready_queue queue{order};
    for (job_id job : {3, 1, 4, 2})
      queue.push(job, {{0, job}, 1, 0});
    CAF_CHECK_EQUAL(jobs_of(queue), want);
    CAF_CHECK_EQUAL(queue.tasks(), 10u);
    CAF_CHECK_EQUAL(queue.tasks(3), 3u);
  }
}

CAF_TEST(remove_drops_one_job) {
  ready_queue queue;
  queue.push(1, {{0, 5}, 1, 0});
  queue.push(1, {{7, 9}, 1, 0});
  queue.push(2, {{0, 4}, 1, 0});
  CAF_CHECK_EQUAL(queue.remove(1), 7u);
  CAF_CHECK_EQUAL(queue.remove(1), 0u);
  CAF_CHECK_EQUAL(queue.tasks(), 4u);
  CAF_CHECK_EQUAL(queue.ranges(), 1u);
  CAF_CHECK_EQUAL(jobs_of(queue), std::vector<job_id>{2});
}

CAF_TEST(a_visitor_may_empty_the_visited_job_and_stop) {
  ready_queue queue;
  for (job_id job = 1; job <= 4; ++job)
    queue.push(job, {{0, 2}, 1, 0});
  std::vector<job_id> seen;
  queue.for_each_job([&](job_id job) {
    seen.push_back(job);
    if (job == 1)
      CAF_CHECK(queue.pop(job, 2));
    else
      CAF_CHECK_EQUAL(queue.remove(job), 2u);
    return job < 3;
  });
  CAF_CHECK_EQUAL(seen, (std::vector<job_id>{1, 2, 3}));
  CAF_CHECK_EQUAL(jobs_of(queue), std::vector<job_id>{4});
}

CAF_TEST(random_operations_agree_with_a_plain_vector) {
  constexpr size_t tasks_max = 48;
  struct mark {
    bool queued = false;
    uint32_t attempt = 0;
    bool operator==(const mark&) const = default;
  };
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const auto random = make_seeded_random(seed);
    ready_queue queue;
    std::vector<mark> want(tasks_max);
    for (int step = 0; step < 3000; ++step) {
      const auto begin = random->next() % tasks_max;
      const auto end = std::min(tasks_max, begin + 1 + random->next() % 6);
      const auto attempt = static_cast<uint32_t>(1 + random->next() % 2);
      const auto first = want.begin() + static_cast<ptrdiff_t>(begin);
      const auto last = want.begin() + static_cast<ptrdiff_t>(end);
      const auto is_queued = [](const mark& x) { return x.queued; };
      if (std::none_of(first, last, is_queued)) {
        queue.push(7, {{begin, end}, attempt, 0});
        std::fill(first, last, mark{true, attempt});
      } else {
        const auto taken = queue.pop(7, 1 + random->next() % 9);
        CAF_REQUIRE(taken);
        const auto lowest = std::find_if(want.begin(), want.end(), is_queued);
        CAF_REQUIRE_EQUAL(taken->range.begin,
                          static_cast<uint64_t>(lowest - want.begin()));
        for (auto i = taken->range.begin; i < taken->range.end; ++i) {
          CAF_REQUIRE(want[i] == (mark{true, taken->attempt}));
          want[i] = {};
        }
      }
      size_t tasks = 0;
      size_t ranges = 0;
      for (size_t i = 0; i < tasks_max; ++i) {
        tasks += want[i].queued;
        ranges += want[i].queued && (i == 0 || want[i] != want[i - 1]);
      }
      CAF_REQUIRE_EQUAL(queue.tasks(), tasks);
      CAF_REQUIRE_EQUAL(queue.ranges(), ranges);
    }
  }
}

CAF_TEST(a_part_can_be_taken_out_of_the_middle) {
  struct row {
    const char* what;
    index_range taken;
    std::vector<index_range> got;
    std::vector<index_range> left;
  };
  const row rows[] = {
    {"nothing there", {20, 30}, {}, {{0, 10}, {10, 20}, {30, 40}}},
    {"the middle", {3, 5}, {{3, 5}}, {{0, 3}, {5, 10}, {10, 20}, {30, 40}}},
    {"the begin", {0, 5}, {{0, 5}}, {{5, 10}, {10, 20}, {30, 40}}},
    {"the end", {35, 40}, {{35, 40}}, {{0, 10}, {10, 20}, {30, 35}}},
    {"over a border",
     {5, 15},
     {{5, 10}, {10, 15}},
     {{0, 5}, {15, 20}, {30, 40}}},
    {"over a gap",
     {15, 35},
     {{15, 20}, {30, 35}},
     {{0, 10}, {10, 15}, {35, 40}}},
    {"all", {0, 99}, {{0, 10}, {10, 20}, {30, 40}}, {}},
  };
  for (const auto& [what, taken, got, left] : rows) {
    CAF_MESSAGE(what);
    ready_queue queue;
    queue.push(1, {{0, 10}, 1, 0});
    queue.push(1, {{10, 20}, 2, 0});
    queue.push(1, {{30, 40}, 1, 3});
    queue.push(2, {{0, 40}, 1, 0});
    const auto peeked = queue.parts(1, taken);
    const auto parts = queue.take(1, taken);
    CAF_CHECK(peeked == parts);
    std::vector<index_range> found;
    for (const auto& part : parts) {
      found.push_back(part.range);
      CAF_CHECK_EQUAL(part.attempt, part.range.begin / 10 == 1 ? 2u : 1u);
      CAF_CHECK_EQUAL(part.crashes, part.range.begin >= 30 ? 3u : 0u);
    }
    CAF_CHECK(found == got);
    uint64_t tasks = 0;
    for (const auto& range : left)
      tasks += range.size();
    CAF_CHECK_EQUAL(queue.tasks(1), tasks);
    CAF_CHECK_EQUAL(queue.tasks(), tasks + 40);
    CAF_CHECK_EQUAL(queue.ranges(), left.size() + 1);
    for (const auto& range : left)
      CAF_CHECK(queue.pop(1, 99)->range == range);
    CAF_CHECK(!queue.pop(1, 99));
    CAF_CHECK_EQUAL(jobs_of(queue).size(), 1u);
  }
}
