#include "nodes/shell/top_details.hpp"

#include "nodes/shell/explain_text.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/node_text.hpp"
#include "nodes/shell/range_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

namespace troupe::shell {

namespace {

/// Groups of tasks that run or wait to be tried again.
constexpr uint32_t groups_shown = 50;

/// Collects lines.
class page {
public:
  explicit page(size_t columns) : columns_(columns) {
    // nop
  }

  void add(std::string_view text) {
    while (!text.empty()) {
      auto end = std::min(text.find('\n'), text.size());
      lines_.emplace_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void add(const table& what) {
    if (what.rows.empty())
      return;
    lines_.emplace_back();
    add(render(what, columns_, false));
  }

  void add(const caf::error& why) {
    lines_.push_back("(" + escape_text(to_string(from_caf(why))) + ")");
  }

  std::vector<std::string> take() {
    return std::move(lines_);
  }

private:
  size_t columns_;
  std::vector<std::string> lines_;
};

void add_node(page& to, const client& from, const std::string& name) {
  auto node = find_node(from, name);
  if (!node)
    return to.add(node.error().text);
  std::optional<node_process> process;
  std::string silent;
  auto answer = ask_about(from, name, "node");
  if (!answer)
    silent = "does not answer: " + from_caf(answer.error()).text;
  else if (auto parsed = parse_node_process(*answer))
    process = std::move(*parsed);
  else
    silent = parsed.error().text;
  to.add(describe(*node, process, silent));
}

void add_job(page& to, const client& from, job_id id, size_t columns) {
  auto job = from.describe(id);
  if (!job)
    return to.add(job.error());
  to.add(describe(*job));
  if (is_terminal(job->state))
    return;
  if (auto why = from.explain(id))
    to.add("\n" + describe(*why, false, columns));
  if (auto shares = from.shares(id))
    to.add(share_table(*shares));
  else
    to.add(shares.error());
  auto bit = [](task_state x) {
    return uint32_t{1} << static_cast<unsigned>(x);
  };
  auto tasks =
    from.tasks({id, bit(task_state::leased) | bit(task_state::backoff), 0, 0,
                groups_shown});
  if (!tasks)
    return to.add(tasks.error());
  to.add(group_table(tasks->items));
  if (tasks->more)
    to.add(fmt::format("and more: troupe tasks {}", id));
}

} // namespace

std::vector<std::string> details_of(const client& from,
                                    const top_subject& about, size_t columns) {
  page out{columns};
  if (about.view == top_view::nodes)
    add_node(out, from, about.node);
  else
    add_job(out, from, about.job, columns);
  return out.take();
}

table share_table(const std::vector<job_share>& shares) {
  table out;
  out.columns = {{"NODE", false, true},
                 {"LEASED", true},
                 {"SUCCEEDED", true},
                 {"FAILED", true},
                 {"BUSY", true, false, 1}};
  for (const auto& x : shares)
    out.rows.push_back(
      {{x.node},
       {format_count(x.leased)},
       {format_count(x.succeeded)},
       {format_count(x.failed), x.failed > 0 ? tone::bad : tone::plain},
       {span(x.busy_us)}});
  return out;
}

table group_table(const std::vector<task_group>& groups) {
  table out;
  out.columns = {
    {"TASKS", true},       {"STATE"},     {"ATTEMPT", true, false, 1},
    {"NODE", false, true}, {"AGE", true}, {"RETRY IN", true, false, 2}};
  for (const auto& x : groups) {
    out.rows.push_back(
      {{indices_text(x.range)},
       {x.running ? "running" : std::string{to_string(x.state)}},
       {std::to_string(x.attempt)},
       {x.node},
       {x.state == task_state::leased ? span(x.age_us) : "-"},
       {x.state == task_state::backoff ? span(x.retry_in_us) : "-"}});
  }
  return out;
}

} // namespace troupe::shell
