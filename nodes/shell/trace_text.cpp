#include "nodes/shell/trace_text.hpp"

#include "nodes/shell/range_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

tone tone_of(trace_kind kind) {
  switch (kind) {
    case trace_kind::accepted:
    case trace_kind::merged: return tone::good;
    case trace_kind::failed:
    case trace_kind::revoked:
    case trace_kind::dead: return tone::bad;
    default: return tone::plain;
  }
}

std::string lease_of(const trace_step& step) {
  return step.lease == lease_id{} ? std::string{} : to_string(step.lease);
}

std::string step_json(const trace_step& step) {
  return fmt::format(
    R"({{"step": "{}", "at_seconds": {}, "begin": {}, "end": {}, )"
    R"("attempt": {}, "node": {}, "lease": {}, "text": {}}})",
    name_of(step.kind), seconds(step.at_us), step.range.begin, step.range.end,
    step.attempt, quoted(step.node), quoted(lease_of(step)), quoted(step.text));
}

} // namespace

std::string_view name_of(trace_kind kind) {
  switch (kind) {
    case trace_kind::submitted: return "submitted";
    case trace_kind::ready: return "ready";
    case trace_kind::leased: return "leased";
    case trace_kind::started: return "started";
    case trace_kind::ended: return "ended";
    case trace_kind::accepted: return "accepted";
    case trace_kind::failed: return "failed";
    case trace_kind::revoked: return "revoked";
    case trace_kind::merged: return "merged";
    case trace_kind::dead: return "dead";
    case trace_kind::job_ended: return "job_ended";
  }
  return "unknown";
}

std::string trace_json(const task_trace& what) {
  auto out = fmt::format(
    R"({{"job": {}, "index": {}, "incomplete": {}, "steps": [)", what.job,
    what.one ? std::to_string(what.index) : std::string{"null"},
    what.incomplete);
  for (const auto& step : what.steps)
    out += (&step == &what.steps.front() ? "" : ",\n ") + step_json(step);
  return out + "]}";
}

table trace_table(const task_trace& what) {
  table out;
  out.columns = {{"STEP"},
                 {"AT", true},
                 {"TOOK", true},
                 {"TASKS", true, false, 2},
                 {"NODE", false, true},
                 {"LEASE", false, false, 3},
                 {"ATTEMPT", true, false, 4},
                 {"TEXT", false, true, 1}};
  uint64_t before_us = 0;
  for (const auto& step : what.steps) {
    auto took = step.at_us - std::min(step.at_us, before_us);
    before_us = step.at_us;
    out.rows.push_back(
      {{std::string{name_of(step.kind)}, tone_of(step.kind)},
       {span(step.at_us)},
       {&step == &what.steps.front() ? std::string{} : "+" + span(took)},
       {step.range.empty() ? "" : indices_text(step.range)},
       {step.node},
       {lease_of(step)},
       {step.attempt == 0 ? std::string{} : std::to_string(step.attempt)},
       {step.text}});
  }
  return out;
}

std::string footnote(const task_trace& what) {
  if (!what.incomplete)
    return "";
  return what.one ? "steps before these are not kept any more\n"
                  : fmt::format("steps before these are not shown; one task: "
                                "troupe trace {}/INDEX\n",
                                what.job);
}

} // namespace troupe::shell
