#define CAF_SUITE task_set

#include "runtime/base/limits.hpp"
#include "runtime/base/random.hpp"
#include "runtime/model/task_set.hpp"

#include <caf/test/unit_test.hpp>

#include <algorithm>

using namespace troupe;

namespace {

using naive_set = std::vector<task_state>;

size_t naive_runs(const naive_set& tasks) {
  size_t runs = tasks.empty() ? 0 : 1;
  for (size_t i = 1; i < tasks.size(); ++i)
    runs += tasks[i] != tasks[i - 1];
  return runs;
}

bool naive_apply(naive_set& tasks, index_range range, task_event event) {
  if (range.empty() || range.end > tasks.size())
    return false;
  auto changed = tasks;
  for (auto i = range.begin; i < range.end; ++i) {
    const auto to = next_state(tasks[i], event);
    if (!to)
      return false;
    changed[i] = *to;
  }
  tasks = std::move(changed);
  return true;
}

// Returns what differs first; empty if nothing does.
std::string difference(const task_set& tasks, const naive_set& want) {
  if (tasks.size() != want.size())
    return "size";
  if (tasks.runs() != naive_runs(want))
    return "runs";
  bool ended = true;
  for (size_t s = 0; s < task_state_count; ++s) {
    const auto state = static_cast<task_state>(s);
    const auto n = std::count(want.begin(), want.end(), state);
    if (tasks.count(state) != static_cast<uint64_t>(n))
      return "count of " + std::string{to_string(state)};
    ended = ended && (n == 0 || is_terminal(state));
    naive_set marked(want.size(), task_state::waiting);
    for (const auto& run : tasks.ranges(state))
      for (auto i = run.begin; i < run.end; ++i)
        if (want[i] != state)
          return "ranges of " + std::string{to_string(state)};
  }
  for (size_t i = 0; i < want.size(); ++i)
    if (tasks.state_of(i) != want[i])
      return "state of " + std::to_string(i);
  return tasks.all_ended() == ended ? "" : "all_ended";
}

} // namespace

CAF_TEST(an_empty_set_has_nothing_and_has_ended) {
  task_set tasks;
  CAF_CHECK_EQUAL(tasks.size(), 0u);
  CAF_CHECK_EQUAL(tasks.runs(), 0u);
  CAF_CHECK(tasks.all_ended());
  CAF_CHECK_EQUAL(tasks.cancel_rest(), 0u);
  CAF_CHECK(tasks.ranges(task_state::ready).empty());
  CAF_CHECK(!tasks.apply({0, 1}, task_event::granted));
  CAF_CHECK(tasks.extend(0).empty());
  CAF_CHECK_EQUAL(tasks.runs(), 0u);
}

CAF_TEST(extend_appends_ready_tasks) {
  task_set tasks;
  CAF_CHECK(tasks.extend(3) == (index_range{0, 3}));
  CAF_CHECK(tasks.extend(2) == (index_range{3, 5}));
  CAF_CHECK_EQUAL(tasks.runs(), 1u);
  CAF_CHECK(tasks.apply({4, 5}, task_event::granted));
  CAF_CHECK(tasks.extend(1) == (index_range{5, 6}));
  CAF_CHECK_EQUAL(tasks.runs(), 3u);
  CAF_CHECK_EQUAL(tasks.count(task_state::ready), 5u);
}

CAF_TEST(apply_splits_and_joins_runs) {
  struct row {
    const char* what;
    index_range range;
    task_event event;
    bool ok;
    size_t runs;
  };
  // One after another on a set of ten tasks.
  const row rows[] = {
    {"in the middle", {4, 6}, task_event::granted, true, 3},
    {"at the begin", {0, 2}, task_event::granted, true, 4},
    {"joins both sides", {2, 4}, task_event::granted, true, 2},
    {"at the end", {9, 10}, task_event::granted, true, 3},
    {"joins the next", {7, 9}, task_event::granted, true, 3},
    {"a whole run", {6, 7}, task_event::granted, true, 1},
    {"nothing left to grant", {0, 10}, task_event::granted, false, 1},
    {"joins nothing", {3, 5}, task_event::accepted, true, 3},
    {"mixed states refuse", {2, 6}, task_event::returned, false, 3},
    {"joins the one before", {5, 6}, task_event::accepted, true, 3},
    {"an empty range", {5, 5}, task_event::accepted, false, 3},
    {"a reversed range", {6, 5}, task_event::accepted, false, 3},
    {"beyond the set", {9, 11}, task_event::accepted, false, 3},
    {"far beyond the set", {~0ull - 1, ~0ull}, task_event::accepted, false, 3},
    {"fails", {0, 1}, task_event::failed, true, 4},
    {"over several states", {0, 3}, task_event::cancelled, true, 3},
    {"a terminal state refuses", {2, 4}, task_event::cancelled, false, 3},
  };
  task_set tasks;
  tasks.extend(10);
  for (const auto& [what, range, event, ok, runs] : rows) {
    CAF_MESSAGE(what);
    const auto applied = tasks.apply(range, event);
    CAF_CHECK_EQUAL(applied.has_value(), ok);
    if (!applied)
      CAF_CHECK(applied.error().code == errc::bad_transition);
    CAF_CHECK_EQUAL(tasks.runs(), runs);
  }
}

CAF_TEST(a_refusal_names_range_event_and_state) {
  task_set tasks;
  tasks.extend(10);
  CAF_REQUIRE(tasks.apply({4, 6}, task_event::granted));
  const auto refused = tasks.apply({2, 8}, task_event::granted);
  CAF_REQUIRE(!refused);
  CAF_CHECK_EQUAL(refused.error().text,
                  "tasks [2, 8) refuse the event 'granted': task 4 is leased");
  CAF_CHECK_EQUAL(tasks.count(task_state::leased), 2u);
}

CAF_TEST(cancel_rest_leaves_terminal_states) {
  task_set tasks;
  tasks.extend(10);
  CAF_REQUIRE(tasks.apply({0, 6}, task_event::granted));
  CAF_REQUIRE(tasks.apply({0, 2}, task_event::accepted));
  CAF_REQUIRE(tasks.apply({2, 3}, task_event::gave_up));
  CAF_REQUIRE(tasks.apply({3, 4}, task_event::failed));
  CAF_CHECK(!tasks.all_ended());
  CAF_CHECK_EQUAL(tasks.cancel_rest(), 7u);
  CAF_CHECK_EQUAL(tasks.runs(), 3u);
  CAF_CHECK(tasks.all_ended());
  CAF_CHECK_EQUAL(tasks.cancel_rest(), 0u);
  CAF_CHECK_EQUAL(tasks.count(task_state::cancelled), 7u);
  CAF_CHECK(tasks.ranges(task_state::cancelled)
            == (std::vector<index_range>{{3, 10}}));
}

CAF_TEST(the_largest_job_costs_as_many_runs_as_it_has_leases) {
  task_set tasks;
  tasks.extend(limits::job_tasks_max - 1);
  tasks.extend(1);
  CAF_CHECK_EQUAL(tasks.size(), limits::job_tasks_max);
  CAF_CHECK_EQUAL(tasks.runs(), 1u);
  const auto middle = limits::job_tasks_max / 2;
  CAF_CHECK(tasks.apply({middle, middle + 1}, task_event::granted));
  CAF_CHECK(tasks.apply({0, middle}, task_event::granted));
  CAF_CHECK(tasks.apply({0, middle + 1}, task_event::accepted));
  CAF_CHECK_EQUAL(tasks.count(task_state::succeeded), middle + 1);
  CAF_CHECK_EQUAL(tasks.runs(), 2u);
  CAF_CHECK(tasks.state_of(middle + 1) == task_state::ready);
  CAF_CHECK_EQUAL(tasks.cancel_rest(), middle - 1);
  CAF_CHECK(tasks.all_ended());
}

CAF_TEST(random_operations_agree_with_a_plain_vector) {
  // Tasks end sooner or later, so each seed plays a fresh and short life.
  size_t applied = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const auto random = make_seeded_random(seed);
    task_set tasks;
    naive_set want;
    for (int step = 0; step < 200; ++step) {
      const auto draw = random->next();
      if (want.size() < 64 && draw % 8 == 0) {
        const auto n = random->next() % 5;
        tasks.extend(n);
        want.resize(want.size() + n, task_state::ready);
      } else if (draw % 151 == 0) {
        uint64_t moved = 0;
        for (auto& state : want)
          if (!is_terminal(state)) {
            state = task_state::cancelled;
            ++moved;
          }
        CAF_CHECK_EQUAL(tasks.cancel_rest(), moved);
      } else {
        const auto begin = random->next() % (want.size() + 2);
        const index_range range{begin, begin + random->next() % 9};
        auto event = static_cast<task_event>(random->next() % task_event_count);
        // Mostly one that the first task allows, and rarely the end of it.
        for (int i = 0; i < 9 && begin < want.size(); ++i)
          if (!next_state(want[begin], event)
              || (event == task_event::cancelled && i < 8))
            event = static_cast<task_event>(random->next() % task_event_count);
        const auto ok = naive_apply(want, range, event);
        applied += ok;
        CAF_REQUIRE_EQUAL(tasks.apply(range, event).has_value(), ok);
      }
      CAF_REQUIRE_EQUAL(difference(tasks, want), "");
    }
  }
  CAF_CHECK_GREATER(applied, 2000u);
}

CAF_TEST(a_run_ends_where_the_state_changes) {
  task_set set;
  set.extend(30);
  CAF_CHECK_EQUAL(set.end_of_run(0), 30u);
  CAF_CHECK(set.apply({10, 20}, task_event::granted));
  CAF_CHECK_EQUAL(set.end_of_run(0), 10u);
  CAF_CHECK_EQUAL(set.end_of_run(9), 10u);
  CAF_CHECK_EQUAL(set.end_of_run(10), 20u);
  CAF_CHECK_EQUAL(set.end_of_run(29), 30u);
}
