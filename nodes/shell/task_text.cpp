#include "nodes/shell/task_text.hpp"

#include "nodes/shell/range_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (size_t i = 0; i < task_state_count; ++i)
    names.emplace_back(to_string(static_cast<task_state>(i)));
  return names;
}

tone tone_of(task_state state) {
  switch (state) {
    case task_state::succeeded: return tone::good;
    case task_state::dead: return tone::bad;
    case task_state::waiting:
    case task_state::cancelled: return tone::dim;
    case task_state::ready:
    case task_state::leased:
    case task_state::backoff: return tone::plain;
  }
  return tone::plain;
}

std::string state_text(const task_group& group) {
  auto name = std::string{to_string(group.state)};
  return group.running ? name + ", running" : name;
}

} // namespace

outcome<uint32_t> parse_task_states(std::string_view text) {
  auto names = state_names();
  uint32_t states = 0;
  for (;;) {
    auto comma = text.find(',');
    auto name = text.substr(0, comma);
    auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end())
      return refuse_usage(fmt::format(
        "--state: {} is no state of a task; those are {}{}", quote_text(name),
        fmt::join(names, ", "), did_you_mean(name, names)));
    states |= uint32_t{1} << static_cast<size_t>(known - names.begin());
    if (comma == std::string_view::npos)
      return states;
    text.remove_prefix(comma + 1);
  }
}

std::string group_json(job_id job, const task_group& group) {
  auto is_leased = group.state == task_state::leased;
  return fmt::format(
    R"({{"job": {}, "begin": {}, "end": {}, "tasks": {}, )"
    R"("state": "{}", "attempt": {}, "node": {}, )"
    R"("lease": {}, "running": {}, "age_seconds": {}, )"
    R"("retry_in_seconds": {}}})",
    job, group.range.begin, group.range.end, group.range.size(),
    to_string(group.state), group.attempt, quoted(group.node),
    quoted(is_leased ? to_string(group.lease) : ""), group.running,
    seconds(group.age_us), seconds(group.retry_in_us));
}

table task_table(const std::vector<task_group>& groups) {
  table out;
  out.columns = {{"INDEX", true},
                 {"TASKS", true, false, 2},
                 {"STATE"},
                 {"ATTEMPT", true, false, 1},
                 {"NODE", false, true},
                 {"LEASE", true, false, 3},
                 {"AGE", true},
                 {"RETRY IN", true, false, 1}};
  for (const auto& group : groups) {
    auto is_leased = group.state == task_state::leased;
    auto waits = group.state == task_state::backoff;
    out.rows.push_back({{indices_text(group.range)},
                        {format_count(group.range.size())},
                        {state_text(group), tone_of(group.state)},
                        {format_count(group.attempt)},
                        {group.node},
                        {is_leased ? to_string(group.lease) : ""},
                        {is_leased ? span(group.age_us) : ""},
                        {waits ? span(group.retry_in_us) : ""}});
  }
  return out;
}

} // namespace troupe::shell
