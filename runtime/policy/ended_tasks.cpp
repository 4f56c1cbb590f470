#include "runtime/policy/ended_tasks.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Collects groups until there is no more room.
class group_list {
public:
  group_list(uint32_t states, uint32_t most) : states_(states), most_(most) {
    // nop
  }

  /// @returns whether there was room, or no need for it.
  bool add(const task_group& group) {
    auto bit = uint32_t{1} << static_cast<uint32_t>(group.state);
    if (group.range.empty() || (states_ != 0 && (states_ & bit) == 0))
      return true;
    if (joins_last(group)) {
      result.items.back().range.end = group.range.end;
      return true;
    }
    if (result.items.size() >= most_) {
      stop_at(group.range.begin);
      return false;
    }
    result.items.push_back(group);
    return true;
  }

  void stop_at(task_index next) {
    result.more = true;
    result.next = next;
  }

  task_listing result;

private:
  /// Only those that have ended say nothing but their state and attempt.
  bool joins_last(const task_group& group) const {
    if (result.items.empty() || !is_terminal(group.state))
      return false;
    const auto& last = result.items.back();
    return last.range.end == group.range.begin && last.state == group.state
           && last.attempt == group.attempt;
  }

  uint32_t states_;
  uint32_t most_;
};

/// Adds what a group of ended tasks consists of; false if the listing ends.
bool add_settled(group_list& to, index_range range, task_state others,
                 const dead_page& page) {
  auto letter = std::lower_bound(
    page.letters.begin(), page.letters.end(), range.begin,
    [](const dead_letter& x, task_index y) { return x.index < y; });
  auto rest = range;
  task_group group;
  for (; letter != page.letters.end() && letter->index < range.end; ++letter) {
    group.attempt = 0;
    group.state = others;
    group.range = {rest.begin, letter->index};
    if (!to.add(group))
      return false;
    group.attempt = letter->attempts;
    group.state = task_state::dead;
    group.range = {letter->index, letter->index + 1};
    if (!to.add(group))
      return false;
    rest.begin = letter->index + 1;
  }
  if (!page.complete && letter == page.letters.end()) {
    if (!page.letters.empty())
      rest.begin = std::max(rest.begin, page.letters.back().index + 1);
    to.stop_at(rest.begin); // Nobody knows what is behind the last letter.
    return false;
  }
  group.attempt = 0;
  group.state = others;
  group.range = rest;
  return to.add(group);
}

} // namespace

std::optional<task_state> state_of_others(const job_status& ended,
                                          bool purged) {
  if (ended.succeeded + ended.dead >= ended.tasks)
    return purged ? std::nullopt : std::optional{task_state::succeeded};
  if (ended.succeeded == 0 && !purged)
    return task_state::cancelled;
  return std::nullopt;
}

task_listing settle_ended(const task_listing& found, task_state others,
                          const dead_page& page, uint32_t states,
                          uint32_t most) {
  group_list list{states, most};
  for (const auto& group : found.items) {
    auto has_room = group.state == task_state::cancelled
                      ? add_settled(list, group.range, others, page)
                      : list.add(group);
    if (!has_room)
      return std::move(list.result);
  }
  if (found.more)
    list.stop_at(found.next);
  return std::move(list.result);
}

} // namespace troupe
