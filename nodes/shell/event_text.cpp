#include "nodes/shell/event_text.hpp"

#include "nodes/shell/job_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string_view>

namespace troupe::shell {

namespace {

/// Returns the time of the day in UTC, for today's people at their terminal.
std::string time_text(uint64_t at_us) {
  constexpr uint64_t us_per_s = 1'000'000;
  auto time = static_cast<std::time_t>(at_us / us_per_s);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(time),
                     at_us % us_per_s / 1000);
}

std::string job_sentence(const event& what) {
  const auto& job = what.status;
  auto name =
    job.name.empty() ? std::string{} : " (" + escape_text(job.name) + ")";
  if (job.state == job_state::open || job.state == job_state::running)
    return fmt::format("job {}{} is {}: {} of {} tasks done", what.job, name,
                       to_string(job.state),
                       format_count(job.succeeded + job.dead + job.cancelled),
                       format_count(job.tasks));
  auto text = summary_line(job);
  auto end = fmt::format("job {}", what.job).size();
  text.insert(std::min(end, text.size()), name);
  if (!job.reason.empty())
    text += ": " + escape_text(job.reason);
  return text;
}

std::string task_sentence(const event& what, std::string_view did) {
  auto out = fmt::format("task {}/{} {}", what.job, what.index, did);
  if (!what.node.empty())
    out += " on " + escape_text(what.node);
  if (!what.text.empty())
    out += ": " + escape_text(what.text);
  return out;
}

/// @param did What happened, if the event does not say it better.
std::string node_sentence(const event& what, std::string_view did) {
  return fmt::format("node {} {}", escape_text(what.node),
                     what.text.empty() ? std::string{did}
                                       : escape_text(what.text));
}

} // namespace

outcome<event_filter> event_filter::read(const invocation& call) {
  event_filter out;
  out.job = call.count("job");
  out.node = call.text("node");
  auto text = call.text("kind");
  if (!text)
    return out;
  std::string_view kinds = *text;
  for (;;) {
    auto comma = kinds.find(',');
    auto name = kinds.substr(0, comma);
    auto kind = parse_event_kind(name);
    if (!kind || *kind == event_kind::job_progress) {
      auto names = event_kind_names();
      std::erase(names, to_string(event_kind::job_progress));
      auto meant = did_you_mean(name, names);
      return refuse_usage(
        fmt::format("--kind: there are no events {}{}", quote_text(name),
                    meant.empty() ? "; see troupe help events" : meant));
    }
    out.kinds.push_back(*kind);
    if (comma == std::string_view::npos)
      return out;
    kinds.remove_prefix(comma + 1);
  }
}

std::string event_filter::text() const {
  std::vector<std::string> parts;
  if (!kinds.empty())
    parts.emplace_back("of such a kind");
  if (job)
    parts.push_back(fmt::format("of job {}", *job));
  if (node)
    parts.push_back("of node " + quote_text(*node));
  return fmt::format("{}", fmt::join(parts, " and "));
}

bool event_filter::wants(const event& what) const {
  if (job && (!is_of_job(what.kind) || what.job != *job))
    return false;
  if (node && what.node != *node)
    return false;
  return kinds.empty()
         || std::find(kinds.begin(), kinds.end(), what.kind) != kinds.end();
}

std::string event_sentence(const event& what) {
  switch (what.kind) {
    case event_kind::job_progress:
    case event_kind::job_state: return job_sentence(what);
    case event_kind::task_failed: return task_sentence(what, "failed");
    case event_kind::task_dead: return task_sentence(what, "is dead");
    case event_kind::node_joined: return node_sentence(what, "joined");
    case event_kind::node_left: return node_sentence(what, "is gone");
    case event_kind::node_suspected: return node_sentence(what, "is silent");
    case event_kind::node_recovered: return node_sentence(what, "is back");
    case event_kind::node_cordoned: return node_sentence(what, "is cordoned");
    case event_kind::node_uncordoned:
      return node_sentence(what, "is no longer cordoned");
    case event_kind::actor_restarted:
      return fmt::format("node {}: {}", escape_text(what.node),
                         escape_text(what.text));
  }
  return "something happened";
}

std::string event_line(const event& what) {
  return fmt::format("{}  {:<15}  {}\n", time_text(what.at_us),
                     to_string(what.kind), event_sentence(what));
}

} // namespace troupe::shell
