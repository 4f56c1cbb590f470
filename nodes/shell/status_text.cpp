#include "nodes/shell/status_text.hpp"

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_question.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr size_t jobs_shown = 5;
constexpr size_t failures_shown = 3;

struct named_node_state {
  node_state state;
  std::string_view name;
};

constexpr named_node_state node_states[] = {{node_state::up, "up"},
                                            {node_state::draining, "draining"},
                                            {node_state::suspect, "suspect"},
                                            {node_state::down, "down"},
                                            {node_state::gone, "gone"}};

constexpr job_state job_states[] = {job_state::open, job_state::running,
                                    job_state::succeeded, job_state::failed,
                                    job_state::cancelled};

std::string nodes_text(const cluster_counts& n) {
  std::string out;
  auto add = [&out](uint64_t count, std::string_view what) {
    if (count > 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ",
                         format_count(count), what);
  };
  for (const auto& [state, name] : node_states)
    add(n.in(state), name);
  add(n.cordoned, "of them cordoned");
  return out.empty() ? "none" : out;
}

std::string jobs_text(const cluster_view& view, const cluster_counts& n) {
  auto out = fmt::format("{} with tasks to do", format_count(view.load.jobs));
  std::string states;
  for (auto state : job_states)
    if (auto count = n.in(state); count > 0)
      states += fmt::format("{}{} {}", states.empty() ? "" : ", ",
                            format_count(count), to_string(state));
  if (!states.empty())
    out += fmt::format("; of the last {}: {}", format_count(view.jobs.size()),
                       states);
  return out;
}

std::string queue_text(const cluster_load& load) {
  auto out =
    fmt::format("{} ready, {} leased, {} in backoff", format_count(load.ready),
                format_count(load.leased), format_count(load.backoff));
  if (load.oldest_ready_us > 0)
    out += fmt::format("; the oldest waits for {}", span(load.oldest_ready_us));
  return out;
}

std::string nodes_json(const cluster_counts& n) {
  auto out = fmt::format(R"({{"all": {})", n.nodes);
  for (const auto& [state, name] : node_states)
    out += fmt::format(R"(, "{}": {})", name, n.in(state));
  return out + fmt::format(R"(, "cordoned": {}}})", n.cordoned);
}

std::string jobs_json(const cluster_view& view, const cluster_counts& n) {
  auto out = fmt::format(R"({{"unfinished": {}, "looked_at": {})",
                         view.load.jobs, view.jobs.size());
  for (auto state : job_states)
    out += fmt::format(R"(, "{}": {})", to_string(state), n.in(state));
  std::vector<std::string> newest;
  for (const auto& job : shown_jobs(view))
    newest.push_back(job_json(job));
  return out + R"(, "newest": )" + json_array(newest) + "}";
}

std::string failures_json(const std::vector<recent_failure>& failures) {
  std::vector<std::string> objects;
  for (const auto& x : failures)
    objects.push_back(fmt::format(
      R"({{"job": {}, "index": {}, "node": {}, "code": "{}", "text": {}, )"
      R"("seconds_ago": {}}})",
      x.job, x.index, quoted(x.node), to_string(x.code), quoted(x.text),
      seconds(x.ago_us)));
  return json_array(objects);
}

double as_seconds(uint64_t ns) {
  return static_cast<double>(ns) / 1e9;
}

} // namespace

std::string run_time(uint64_t ns) {
  if (ns == 0)
    return "-";
  return format_duration(
    std::chrono::nanoseconds{std::min<uint64_t>(ns, INT64_MAX)});
}

std::vector<job_status> shown_jobs(const cluster_view& view) {
  auto count = std::min(view.jobs.size(), jobs_shown);
  auto end = view.jobs.begin() + static_cast<std::ptrdiff_t>(count);
  return {view.jobs.begin(), end};
}

std::string describe(const cluster_view& view) {
  auto n = count(view);
  const auto& load = view.load;
  std::string out;
  auto row = [&out](std::string_view key, std::string_view text) {
    out += fmt::format("{:<8}  {}\n", key, text);
  };
  auto leader = coordinator_node(view.nodes);
  row("cluster",
      fmt::format("{} at {}{}{}", escape_text(view.cluster),
                  escape_text(view.coordinator),
                  leader.empty() ? "" : ", coordinator ", escape_text(leader)));
  row("nodes", nodes_text(n));
  row("slots", fmt::format("{} busy of {}, {} queued", format_count(n.busy),
                           format_count(n.slots), counted(n.queued, "lease")));
  row("queue", queue_text(load));
  row("rate", fmt::format(
                "{} accepted, {} failed; {} and {} since the start",
                per_second(load.accepted_per_s), per_second(load.failed_per_s),
                format_count(load.accepted), format_count(load.failed)));
  row("run time",
      fmt::format("p50 {}, p90 {}, p99 {}", run_time(load.run_ns_p50),
                  run_time(load.run_ns_p90), run_time(load.run_ns_p99)));
  row("jobs", jobs_text(view, n));
  return out;
}

table failure_table(const std::vector<recent_failure>& failures) {
  table out;
  out.columns = {{"FAILED", true},
                 {"AGO", true},
                 {"NODE", false, true},
                 {"ERROR", false, true}};
  for (const auto& x : failures) {
    if (out.rows.size() == failures_shown)
      break;
    out.rows.push_back(
      {{fmt::format("{}/{}", x.job, x.index)},
       {span(x.ago_us)},
       {x.node},
       {x.text.empty() ? std::string{to_string(x.code)} : x.text, tone::bad}});
  }
  return out;
}

std::string status_json(const cluster_view& view) {
  auto n = count(view);
  const auto& load = view.load;
  return fmt::format(
    R"({{"cluster": {}, "coordinator": {}, "node": {},)"
    "\n"
    R"( "nodes": {},)"
    "\n"
    R"( "slots": {{"all": {}, "busy": {}, "queued": {}, "zombies": {}}},)"
    "\n"
    R"( "queue": {{"ready": {}, "leased": {}, "backoff": {}, )"
    R"("oldest_ready_seconds": {}}},)"
    "\n"
    R"( "rates": {{"accepted_per_second": {}, "failed_per_second": {}, )"
    R"("accepted": {}, "failed": {}, "run_seconds_p50": {}, )"
    R"("run_seconds_p90": {}, "run_seconds_p99": {}}},)"
    "\n"
    R"( "jobs": {},)"
    "\n"
    R"( "failures": {},)"
    "\n"
    R"( "warnings": {}}})",
    quoted(view.cluster), quoted(view.coordinator),
    quoted(coordinator_node(view.nodes)), nodes_json(n), n.slots, n.busy,
    n.queued, n.zombies, load.ready, load.leased, load.backoff,
    seconds(load.oldest_ready_us), load.accepted_per_s, load.failed_per_s,
    load.accepted, load.failed, as_seconds(load.run_ns_p50),
    as_seconds(load.run_ns_p90), as_seconds(load.run_ns_p99),
    jobs_json(view, n), failures_json(load.failures),
    quoted(warnings_of(view)));
}

} // namespace troupe::shell
