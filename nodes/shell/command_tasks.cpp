#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/task_text.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace troupe::shell {

namespace {

constexpr uint64_t limit_default = 50;

constexpr uint32_t bit_of(task_state state) {
  return uint32_t{1} << static_cast<uint32_t>(state);
}

/// Reads which tasks are asked for.
outcome<list_tasks> read_question(const invocation& call) {
  auto job = call.job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  list_tasks out;
  out.job = *job;
  if (auto text = call.text("state")) {
    auto states = parse_task_states(*text);
    if (!states)
      return tl::unexpected{std::move(states.error())};
    out.states = *states;
  }
  auto older = call.duration("older");
  if (!older)
    return out;
  // Only those have an age.
  auto leased = bit_of(task_state::leased);
  if (out.states != 0 && out.states != leased)
    return refuse_usage("--older is about leased tasks; give --state leased "
                        "with it, or no --state");
  out.states = leased;
  out.older_us = static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(*older).count());
  return out;
}

/// What was found, and whether there is more.
struct found_tasks {
  std::vector<task_group> groups;
  bool more = false;
};

/// Asks page by page, for at most `limit` groups (0: all).
outcome<found_tasks> find_tasks(session& self, const client& coordinator,
                                list_tasks question, uint64_t limit) {
  found_tasks out;
  for (;;) {
    if (self.interrupts().flag())
      return refuse("interrupted", exit_code::detached);
    auto missing =
      limit == 0 ? limits::task_groups_max : limit - out.groups.size();
    question.most = static_cast<uint32_t>(
      std::min<uint64_t>(missing, limits::task_groups_max));
    auto page = coordinator.tasks(question);
    if (!page)
      return refuse(page.error());
    out.groups.insert(out.groups.end(), page->items.begin(), page->items.end());
    out.more = page->more;
    // Where the rest begins must grow, or this would never end.
    if (!page->more || page->next <= question.from
        || (limit > 0 && out.groups.size() >= limit))
      return out;
    question.from = page->next;
  }
}

void print(session& self, job_id job, const found_tasks& what) {
  if (!self.json()) {
    if (what.groups.empty())
      self.say(fmt::format("job {} has no such tasks", job));
    else
      self.show(task_table(what.groups));
    return;
  }
  std::vector<std::string> objects;
  for (const auto& group : what.groups)
    objects.push_back(group_json(job, group));
  self.out().write(json_array(objects) + "\n");
}

} // namespace

outcome<exit_code> tasks_command(session& self) {
  auto question = read_question(self.call());
  if (!question)
    return tl::unexpected{std::move(question.error())};
  auto limit =
    self.call().count("limit").value_or(self.json() ? 0 : limit_default);
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  self.interrupts().allow_detach(true);
  auto found = find_tasks(self, *coordinator, *question, limit);
  self.interrupts().allow_detach(false);
  if (!found)
    return tl::unexpected{std::move(found.error())};
  print(self, question->job, *found);
  if (found->more)
    self.say(fmt::format("the first {} groups of tasks are shown; --limit 0 "
                         "shows all",
                         format_count(found->groups.size())));
  return exit_code::done;
}

} // namespace troupe::shell
