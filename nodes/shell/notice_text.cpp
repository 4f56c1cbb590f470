#include "nodes/shell/notice_text.hpp"

#include "nodes/shell/event_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <chrono>

namespace troupe::shell {

namespace {

std::optional<std::string> about_job(const job_status& job) {
  if (!is_terminal(job.state))
    return std::nullopt;
  auto name = job.name.empty() ? job.function : job.name;
  auto text = fmt::format("job {} ({}) {} {} {}", job.id, escape_text(name),
                          job.state == job_state::cancelled ? "was" : "has",
                          to_string(job.state),
                          job.state == job_state::succeeded ? "in" : "after");
  text += " " + format_duration(std::chrono::microseconds{job.seconds_us});
  if (job.state != job_state::succeeded && !job.reason.empty())
    text += ": " + escape_text(job.reason);
  return text;
}

} // namespace

std::optional<std::string> notice_text(const event& what, told_events which) {
  if (which == told_events::off)
    return std::nullopt;
  if (what.kind == event_kind::job_state)
    return about_job(what.status);
  if (which == told_events::jobs)
    return std::nullopt;
  switch (what.kind) {
    case event_kind::node_joined:
    case event_kind::node_left:
    case event_kind::node_suspected:
    case event_kind::node_recovered:
    case event_kind::node_cordoned:
    case event_kind::node_uncordoned:
    case event_kind::actor_restarted: return event_sentence(what);
    // There may be millions.
    case event_kind::job_progress:
    case event_kind::job_state:
    case event_kind::task_failed:
    case event_kind::task_dead: return std::nullopt;
  }
  return std::nullopt;
}

} // namespace troupe::shell
