#include "nodes/shell/health.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace troupe::shell {

namespace {

constexpr double seconds_a_minute = 60;

uint64_t failures_a_minute(const cluster_view& view) {
  auto rate = std::max(0.0, view.load.failed_per_s * seconds_a_minute);
  return static_cast<uint64_t>(std::llround(rate));
}

/// Adds a problem if a number is beyond one of its levels.
/// @param less Whether too few is what is wrong.
void compare(health_report& to, uint64_t value, const alarm_levels& levels,
             bool less, const std::string& text) {
  auto beyond = [=](const std::optional<uint64_t>& level) {
    return level && (less ? value < *level : value > *level);
  };
  if (beyond(levels.crit))
    to.problems.push_back({health::critical, text});
  else if (beyond(levels.warn))
    to.problems.push_back({health::warning, text});
}

/// Checks that a warning comes no later than the alarm.
outcome<void> check_order(const alarm_levels& levels, bool less,
                          std::string_view name) {
  if (!levels.warn || !levels.crit)
    return {};
  if (less ? *levels.warn >= *levels.crit : *levels.warn <= *levels.crit)
    return {};
  return refuse_usage(
    fmt::format("--warn-{0} would come later than --crit-{0}", name));
}

outcome<alarm_levels> read_counts(const invocation& call, std::string_view name,
                                  alarm_levels out, bool less = false) {
  if (auto x = call.count(fmt::format("warn-{}", name)))
    out.warn = x;
  if (auto x = call.count(fmt::format("crit-{}", name)))
    out.crit = x;
  if (auto ok = check_order(out, less, name); !ok)
    return tl::unexpected{std::move(ok.error())};
  return out;
}

outcome<alarm_levels> read_times(const invocation& call,
                                 std::string_view name) {
  auto us = [](std::optional<std::chrono::milliseconds> x) {
    return x ? std::optional{static_cast<uint64_t>(x->count()) * 1000}
             : std::nullopt;
  };
  alarm_levels out{us(call.duration(fmt::format("warn-{}", name))),
                   us(call.duration(fmt::format("crit-{}", name)))};
  if (auto ok = check_order(out, false, name); !ok)
    return tl::unexpected{std::move(ok.error())};
  return out;
}

void judge_nodes(const cluster_view& view, health_report& to) {
  auto add = [&to](std::string text) {
    to.problems.push_back({health::warning, std::move(text)});
  };
  for (const auto& node : view.nodes) {
    auto name = "node " + quote_text(node.name);
    if (node.state == node_state::down)
      add(name + " is down");
    else if (node.state == node_state::suspect)
      add(name + " is suspect");
    else if (node.state != node_state::gone && node.zombies > 0)
      add(name + " has " + counted(node.zombies, "zombie"));
  }
  for (const auto& [job, why] : view.impossible)
    add(fmt::format("job {} can never run", job));
}

/// Returns `name=value;warn;crit;least`, as plugins of Nagios do: an alarm is
/// for what is above a level, or with `N:` for what is below it.
std::string number(std::string_view name, uint64_t value,
                   const alarm_levels& levels, std::string_view below = "") {
  auto text = [below](const std::optional<uint64_t>& level) {
    return level ? fmt::format("{}{}", *level, below) : std::string{};
  };
  return fmt::format("{}={};{};{};0", name, value, text(levels.warn),
                     text(levels.crit));
}

std::string number_s(std::string_view name, uint64_t us,
                     const alarm_levels& levels) {
  auto text = [](const std::optional<uint64_t>& x) {
    return x ? seconds(*x) : std::string{};
  };
  return fmt::format("{}={}s;{};{};0", name, seconds(us), text(levels.warn),
                     text(levels.crit));
}

std::string problems_json(const std::vector<health_problem>& problems) {
  std::string out = "[";
  for (const auto& x : problems)
    out += fmt::format(R"({}{{"state": "{}", "text": {}}})",
                       out.size() > 1 ? ", " : "", to_string(x.level),
                       quoted(x.text));
  return out + "]";
}

} // namespace

std::string_view to_string(health what) {
  switch (what) {
    case health::ok: return "ok";
    case health::warning: return "warning";
    case health::critical: return "critical";
  }
  return "unknown";
}

outcome<health_rules> health_rules::read(const invocation& call) {
  health_rules out;
  auto queue = read_counts(call, "queue", out.queue);
  if (!queue)
    return tl::unexpected{std::move(queue.error())};
  out.queue = *queue;
  auto oldest = read_times(call, "oldest");
  if (!oldest)
    return tl::unexpected{std::move(oldest.error())};
  out.oldest_us = *oldest;
  auto failures = read_counts(call, "failures", out.failures);
  if (!failures)
    return tl::unexpected{std::move(failures.error())};
  out.failures = *failures;
  auto workers = read_counts(call, "workers", out.workers, true);
  if (!workers)
    return tl::unexpected{std::move(workers.error())};
  out.workers = *workers;
  return out;
}

health_report judge(const cluster_view& view, const health_rules& rules) {
  auto n = count(view);
  auto failed = failures_a_minute(view);
  health_report out;
  compare(out, n.workers_up, rules.workers, true,
          n.workers_up == 0
            ? std::string{"no worker takes work"}
            : fmt::format("only {} worker{} work", format_count(n.workers_up),
                          n.workers_up == 1 ? " takes" : "s take"));
  compare(out, view.load.ready, rules.queue, false,
          counted(view.load.ready, "task")
            + (view.load.ready == 1 ? " is ready" : " are ready"));
  compare(out, view.load.oldest_ready_us, rules.oldest_us, false,
          fmt::format("the oldest task waits for {}",
                      span(view.load.oldest_ready_us)));
  compare(out, failed, rules.failures, false,
          counted(failed, "failed attempt") + " in the last minute");
  judge_nodes(view, out);
  std::stable_sort(
    out.problems.begin(), out.problems.end(),
    [](const auto& x, const auto& y) { return x.level > y.level; });
  if (!out.problems.empty())
    out.level = out.problems.front().level;
  return out;
}

std::string health_line(const health_report& report, const cluster_view& view,
                        const health_rules& rules) {
  auto n = count(view);
  std::string text;
  for (const auto& x : report.problems)
    text += (text.empty() ? "" : "; ") + x.text;
  if (text.empty())
    text = fmt::format("{}, {} of {} slots busy, {} ready",
                       counted(n.workers_up, "worker"), format_count(n.busy),
                       format_count(n.slots), counted(view.load.ready, "task"));
  // What is behind a bar is read by programs.
  std::replace(text.begin(), text.end(), '|', '/');
  auto state = std::string{to_string(report.level)};
  std::transform(state.begin(), state.end(), state.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(
    "{}: {} | {} {} {} {} busy={};;;0;{}\n", state, text,
    number("workers", n.workers_up, rules.workers, ":"),
    number("ready", view.load.ready, rules.queue),
    number_s("oldest", view.load.oldest_ready_us, rules.oldest_us),
    number("failures", failures_a_minute(view), rules.failures), n.busy,
    n.slots);
}

std::string health_json(const health_report& report, const cluster_view& view) {
  auto n = count(view);
  return fmt::format(
    R"({{"state": "{}", "problems": {}, "workers": {}, "slots": {}, )"
    R"("busy": {}, "ready": {}, "oldest_ready_seconds": {}, )"
    R"("failures_per_minute": {}}})"
    "\n",
    to_string(report.level), problems_json(report.problems), n.workers_up,
    n.slots, n.busy, view.load.ready, seconds(view.load.oldest_ready_us),
    failures_a_minute(view));
}

std::string unreachable_line(const std::string& why) {
  auto text = why;
  std::replace(text.begin(), text.end(), '|', '/');
  return "CRITICAL: " + text + "\n";
}

std::string unreachable_json(const std::string& why) {
  return fmt::format(R"({{"state": "critical", "problems": {}}})"
                     "\n",
                     problems_json({{health::critical, why}}));
}

} // namespace troupe::shell
