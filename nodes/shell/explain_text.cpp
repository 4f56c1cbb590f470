#include "nodes/shell/explain_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr size_t key_columns = 9; ///< Of the keys and the blanks around them.
constexpr size_t text_columns_min = 24;

/// Breaks a text at blanks into lines of at most `columns`, where it can.
std::string broken(std::string_view text, size_t columns) {
  std::string out;
  std::string line;
  while (!text.empty()) {
    auto end = std::min(text.find(' '), text.size());
    auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()
        && display_columns(line) + 1 + display_columns(word) > columns) {
      out += line + "\n" + std::string(key_columns, ' ');
      line.clear();
    }
    line += line.empty() ? "" : " ";
    line += word;
  }
  return out + line;
}

bool has_ended(task_state state) {
  return state == task_state::succeeded || state == task_state::dead
         || state == task_state::cancelled;
}

std::string headline(const task_explanation& what, bool one) {
  if (!one && has_ended(what.state))
    return fmt::format("job {}", what.job);
  auto task = fmt::format("task {}/{}", what.job, what.index);
  auto node =
    what.node.empty() ? std::string{"a worker"} : escape_text(what.node);
  switch (what.state) {
    case task_state::waiting: return task + " waits";
    case task_state::ready:
      return fmt::format("{} is ready, attempt {}", task, what.attempt);
    case task_state::leased:
      return fmt::format("{} {} {}, attempt {}", task,
                         what.running ? "runs on" : "is leased to", node,
                         what.attempt);
    case task_state::backoff:
      return fmt::format("{} has failed: attempt {} comes in {}", task,
                         what.attempt, span(what.retry_in_us));
    case task_state::succeeded: return task + " has succeeded";
    case task_state::dead: return task + " is dead";
    case task_state::cancelled: return task + " was cancelled";
  }
  return task;
}

std::string place_of(const task_explanation& what) {
  auto tasks =
    what.tasks_before == 0
      ? std::string{"the next of its job"}
      : fmt::format("behind {} of its job", counted(what.tasks_before, "task"));
  auto is_full = [](const worker_verdict& x) {
    return x.why.starts_with("its slots are busy");
  };
  auto full =
    std::any_of(what.workers.begin(), what.workers.end(), is_full)
      ? "; slots are busy with tasks that run: troupe jobs --state running"
      : "";
  auto jobs = what.jobs_before == 0
                ? fmt::format("no other job waits before it{}", full)
                : fmt::format("{} before its own",
                              counted(what.jobs_before, "job")
                                + (what.jobs_before == 1 ? " comes" : " come"));
  return tasks + "; " + jobs;
}

std::string_view word_of(const worker_verdict& what) {
  if (what.never)
    return "never";
  return what.why.empty() ? "yes" : "not now";
}

std::string verdict_json(const worker_verdict& what) {
  return fmt::format(R"({{"node": {}, "runs_it": "{}", "why": {}}})",
                     quoted(what.node), word_of(what), quoted(what.why));
}

} // namespace

std::string explanation_json(const task_explanation& what) {
  auto lease = what.node.empty() || has_ended(what.state)
                 ? std::string{}
                 : to_string(what.lease);
  auto out = fmt::format(
    R"({{"job": {}, "index": {}, "state": "{}", "attempt": {}, "why": {}, )"
    R"("impossible": {}, "node": {}, "lease": {}, "running": {}, )"
    R"("retry_in_seconds": {}, "tasks_before": {}, "jobs_before": {}, )"
    R"("workers": [)",
    what.job, what.index, to_string(what.state), what.attempt, quoted(what.why),
    what.impossible, quoted(what.node), quoted(lease), what.running,
    seconds(what.retry_in_us), what.tasks_before, what.jobs_before);
  for (const auto& x : what.workers)
    out += (&x == &what.workers.front() ? "" : ", ") + verdict_json(x);
  return out
         + fmt::format(R"(], "workers_unlisted": {}}})", what.workers_unlisted);
}

std::string describe(const task_explanation& what, bool one, size_t columns) {
  auto room = std::max(columns, key_columns + text_columns_min) - key_columns;
  auto out = headline(what, one) + "\n";
  auto row = [&](std::string_view key, const std::string& text) {
    out += fmt::format("  {:<{}}{}\n", key, key_columns - 2,
                       broken(escape_text(text), room));
  };
  if (!what.why.empty())
    row("why", what.why);
  if (what.impossible)
    row("so", fmt::format("no worker that is known can ever run it: start one "
                          "that can, or give up with troupe cancel {}",
                          what.job));
  else if (what.state == task_state::ready)
    row("place", place_of(what));
  return out;
}

bool has_verdicts(const task_explanation& what) {
  return !what.workers.empty() && !has_ended(what.state)
         && what.state != task_state::leased;
}

table verdict_table(const task_explanation& what) {
  table out;
  out.columns = {{"NODE", false, true}, {"RUNS IT"}, {"WHY NOT", false, true}};
  for (const auto& x : what.workers) {
    auto meaning = x.why.empty() ? tone::good : tone::plain;
    out.rows.push_back(
      {{x.node},
       {std::string{word_of(x)}, x.never ? tone::bad : meaning},
       {x.why}});
  }
  if (what.workers_unlisted > 0)
    out.rows.push_back(
      {{fmt::format("and {} more", format_count(what.workers_unlisted)),
        tone::dim},
       {},
       {}});
  return out;
}

} // namespace troupe::shell
