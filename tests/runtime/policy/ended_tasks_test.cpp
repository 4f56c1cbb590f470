#define CAF_SUITE ended_tasks

#include "runtime/policy/ended_tasks.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;

namespace {

constexpr uint32_t all_states = 0;
constexpr uint32_t only_dead = 1u << static_cast<uint32_t>(task_state::dead);

task_listing ended(std::vector<index_range> ranges) {
  task_listing result;
  for (const auto& range : ranges) {
    auto& group = result.items.emplace_back();
    group.range = range;
    group.state = task_state::cancelled;
    group.attempt = 0;
  }
  return result;
}

dead_page letters(std::vector<task_index> indices, bool complete = true) {
  dead_page result;
  for (auto index : indices)
    result.letters.push_back({1, index, 4, errc::function_failed, {}, {}, {}});
  result.complete = complete;
  return result;
}

/// Renders groups as `state[begin,end)`, and where the rest begins.
std::string brief(const task_listing& what) {
  std::string text;
  for (const auto& x : what.items)
    text += std::string{to_string(x.state)}.substr(0, 1) + to_string(x.range)
            + (x.state == task_state::dead ? std::to_string(x.attempt) : "")
            + " ";
  return text + (what.more ? "..." + std::to_string(what.next) : "");
}

} // namespace

CAF_TEST(what_is_no_dead_letter_is_known_from_the_counts) {
  struct row {
    const char* what;
    uint64_t tasks, succeeded, dead;
    bool purged;
    std::optional<task_state> want;
  };
  const row rows[] = {
    {"all succeeded", 9, 9, 0, false, task_state::succeeded},
    {"no tasks", 0, 0, 0, false, task_state::succeeded},
    {"the others succeeded", 9, 7, 2, false, task_state::succeeded},
    {"all dead", 2, 0, 2, false, task_state::succeeded},
    {"letters are gone", 9, 7, 2, true, std::nullopt},
    {"cancelled before it ran", 9, 0, 0, false, task_state::cancelled},
    {"failed early", 9, 0, 2, false, task_state::cancelled},
    {"failed early, letters are gone", 9, 0, 2, true, std::nullopt},
    {"cancelled in the middle", 9, 3, 0, false, std::nullopt},
  };
  for (const auto& [what, tasks, succeeded, dead, purged, want] : rows) {
    CAF_MESSAGE(what);
    job_status status;
    status.tasks = tasks;
    status.succeeded = succeeded;
    status.dead = dead;
    CAF_CHECK(state_of_others(status, purged) == want);
  }
}

CAF_TEST(dead_letters_are_put_in) {
  struct row {
    const char* what;
    std::vector<index_range> found;
    dead_page page;
    uint32_t states;
    uint32_t most;
    std::string want;
  };
  const row rows[] = {
    {"nothing", {}, letters({}), all_states, 9, ""},
    {"no letters", {{0, 9}}, letters({}), all_states, 9, "s[0, 9) "},
    {"one", {{0, 9}}, letters({4}), all_states, 9, "s[0, 4) d[4, 5)4 s[5, 9) "},
    {"at both ends",
     {{0, 9}},
     letters({0, 8}),
     all_states,
     9,
     "d[0, 1)4 s[1, 8) d[8, 9)4 "},
    {"neighbours",
     {{0, 9}},
     letters({3, 4, 5}),
     all_states,
     9,
     "s[0, 3) d[3, 6)4 s[6, 9) "},
    {"only dead",
     {{0, 9}},
     letters({3, 4, 7}),
     only_dead,
     9,
     "d[3, 5)4 d[7, 8)4 "},
    {"two groups",
     {{0, 3}, {6, 9}},
     letters({1, 7}),
     all_states,
     9,
     "s[0, 1) d[1, 2)4 s[2, 3) s[6, 7) d[7, 8)4 s[8, 9) "},
    {"no room", {{0, 9}}, letters({4}), all_states, 2, "s[0, 4) d[4, 5)4 ...5"},
    {"a full page",
     {{0, 9}},
     letters({4, 5}, false),
     all_states,
     9,
     "s[0, 4) d[4, 6)4 ...6"},
    {"a full page before a group",
     {{0, 3}, {6, 9}},
     letters({0, 1}, false),
     all_states,
     9,
     "d[0, 2)4 ...2"},
    {"a full page that ends behind a group",
     {{0, 3}, {6, 9}},
     letters({1, 8}, false),
     all_states,
     9,
     "s[0, 1) d[1, 2)4 s[2, 3) s[6, 8) d[8, 9)4 ...9"},
  };
  for (const auto& [what, found, page, states, most, want] : rows) {
    CAF_MESSAGE(what);
    auto result = brief(
      settle_ended(ended(found), task_state::succeeded, page, states, most));
    CAF_CHECK_EQUAL(result, want);
  }
}

CAF_TEST(other_groups_stay_as_they_are) {
  auto found = ended({{0, 3}});
  auto& group = found.items.emplace_back();
  group.range = {3, 5};
  group.state = task_state::leased;
  group.node = "w1";
  found.more = true;
  found.next = 5;
  auto result =
    settle_ended(found, task_state::succeeded, letters({}), all_states, 9);
  auto text = brief(result);
  CAF_CHECK_EQUAL(text, "s[0, 3) l[3, 5) ...5");
  CAF_CHECK_EQUAL(result.items[1].node, "w1");
}
