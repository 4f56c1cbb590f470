#include "nodes/shell/job_text.hpp"

#include "nodes/shell/resource_text.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <chrono>

namespace troupe::shell {

namespace {

std::string_view name_of(node_state state) {
  switch (state) {
    case node_state::up: return "up";
    case node_state::draining: return "draining";
    case node_state::gone: return "gone";
    case node_state::suspect: return "suspect";
    case node_state::down: return "down";
  }
  return "unknown";
}

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ","));
}

/// Walks over compact JSON and finds where the elements of its outermost list
/// or object end. Knows strings, so that their commas and brackets do not
/// count.
class json_cursor {
public:
  explicit json_cursor(std::string_view text) : text_(text) {
    // nop
  }

  /// Returns the next element with the comma behind it; empty at the end.
  std::string_view next() {
    auto begin = at_;
    size_t depth = 0;
    while (at_ + 1 < text_.size()) {
      auto c = text_[at_++];
      if (c == '"')
        skip_string();
      else if (c == '[' || c == '{')
        ++depth;
      else if (c == ']' || c == '}')
        --depth;
      else if (c == ',' && depth == 0)
        break;
    }
    return text_.substr(begin, at_ - begin);
  }

private:
  void skip_string() {
    while (at_ < text_.size() && text_[at_] != '"')
      at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }

  std::string_view text_;
  size_t at_ = 1; ///< Behind the opening bracket.
};

} // namespace

void write_job_json(const job_status& job,
                    std::optional<std::string_view> result_json,
                    const text_sink& out) {
  out(fmt::format(R"({{"job": {}, "name": {}, "function": {}, "state": "{}", )"
                  R"("tasks": {}, "succeeded": {}, "dead": {}, )"
                  R"("cancelled": {}, "attempts": {}, "seconds": {})",
                  job.id, quoted(job.name), quoted(job.function),
                  to_string(job.state), job.tasks, job.succeeded, job.dead,
                  job.cancelled, job.attempts, seconds(job.seconds_us)));
  if (!job.reason.empty())
    out(fmt::format(R"(, "reason": {})", quoted(job.reason)));
  if (result_json) {
    out(R"(, "result": )");
    out(*result_json);
  }
  out("}");
}

std::string job_json(const job_status& job) {
  std::string out;
  write_job_json(job, std::nullopt,
                 [&out](std::string_view text) { out += text; });
  return out;
}

std::string node_json(const node_info& node) {
  return fmt::format(R"({{"name": {}, "roles": {}, "state": "{}", )"
                     R"("slots": {}, "labels": {}, "functions": {}, )"
                     R"("version": {}, "incarnation": "{:016x}", )"
                     R"("up_seconds": {}, )"
                     R"("silent_seconds": {}, "phi": {:.2f}, "busy": {}, )"
                     R"("queued": {}, "oldest_attempt_seconds": {}, )"
                     R"("zombies": {}, "cordoned": {}, "resources": {}}})",
                     quoted(node.name), quoted(node.roles), name_of(node.state),
                     node.slots, quoted(node.labels), node.functions,
                     quoted(node.version), node.incarnation_id,
                     seconds(node.up_us), seconds(node.silent_us), node.phi,
                     node.busy, node.queued, seconds(node.oldest_us),
                     node.zombies, node.cordoned, offers_json(node));
}

std::string state_text(const node_info& node) {
  std::string result{name_of(node.state)};
  auto is_here = node.state == node_state::up;
  if (node.cordoned)
    result += is_here && node.busy == 0 && node.queued == 0 ? ", drained"
                                                            : ", cordoned";
  return result;
}

tone tone_of(job_state state) {
  switch (state) {
    case job_state::open:
    case job_state::running: return tone::plain;
    case job_state::succeeded: return tone::good;
    case job_state::failed: return tone::bad;
    case job_state::cancelled: return tone::dim;
  }
  return tone::plain;
}

tone tone_of(const node_info& node) {
  if (node.cordoned && node.state == node_state::up)
    return tone::plain;
  switch (node.state) {
    case node_state::up: return tone::good;
    case node_state::draining: return tone::plain;
    case node_state::suspect: return tone::plain;
    case node_state::gone:
    case node_state::down: return tone::bad;
  }
  return tone::plain;
}

std::string function_json(const function_info& function) {
  return fmt::format(R"({{"name": {}, "input": {}, "args": {}, )"
                     R"("result": {}, "summary": {}}})",
                     quoted(function.name), quoted(function.input_type),
                     quoted(function.args_type), quoted(function.result_type),
                     quoted(function.summary));
}

std::string json_array(const std::vector<std::string>& objects) {
  if (objects.empty())
    return "[]";
  return fmt::format("[{}]", fmt::join(objects, ",\n "));
}

void write_result_text(std::string_view json, size_t columns,
                       const text_sink& out) {
  auto nested = !json.empty() && (json.front() == '[' || json.front() == '{');
  if (!nested || json.size() <= columns) {
    out(json);
    out("\n");
    return;
  }
  out(json.substr(0, 1));
  json_cursor cursor{json};
  for (auto element = cursor.next(); !element.empty();
       element = cursor.next()) {
    out("\n  ");
    out(element);
  }
  out("\n");
  out(json.substr(json.size() - 1));
  out("\n");
}

std::string summary_line(const job_status& job) {
  auto line =
    fmt::format("job {} {}: {}, {}", job.id,
                job.state == job_state::running ? std::string_view{"is running"}
                                                : to_string(job.state),
                counted(job.tasks, "task"), counted(job.attempts, "attempt"));
  if (job.running > 0)
    line += fmt::format(", {} running", format_count(job.running));
  if (job.dead > 0)
    line += fmt::format(", {} dead", format_count(job.dead));
  if (job.cancelled > 0)
    line += fmt::format(", {} cancelled", format_count(job.cancelled));
  return line + fmt::format(", {}", span(job.seconds_us));
}

std::string failure_line(const job_status& job) {
  auto line = fmt::format("job {} {}", job.id,
                          job.state == job_state::cancelled
                            ? "was cancelled"
                            : fmt::format("{}", to_string(job.state)));
  if (!job.reason.empty())
    line += ": " + escape_text(job.reason);
  return line;
}

std::string describe(const job_status& job) {
  std::string out;
  auto row = [&out](std::string_view key, std::string_view text) {
    out += fmt::format("{:<10}  {}\n", key, text);
  };
  row("job", std::to_string(job.id));
  if (!job.name.empty())
    row("name", escape_text(job.name));
  row("function", escape_text(job.function));
  row("reducer", escape_text(job.reducer));
  row("state", to_string(job.state));
  if (!job.reason.empty())
    row("reason", escape_text(job.reason));
  row("tasks", format_count(job.tasks));
  row("succeeded", format_count(job.succeeded));
  row("running", format_count(job.running));
  row("dead", format_count(job.dead));
  row("cancelled", format_count(job.cancelled));
  row("attempts", job.running == 0 ? format_count(job.attempts)
                                   : fmt::format("{} ended, {} running",
                                                 format_count(job.attempts),
                                                 format_count(job.running)));
  row("time", span(job.seconds_us));
  if (!job.result_type.empty())
    row("result", fmt::format("{}, {}", escape_text(job.result_type),
                              format_bytes(job.result_bytes)));
  return out;
}

table job_table(const std::vector<job_status>& jobs) {
  table out;
  out.columns = {{"JOB", true},
                 {"STATE"},
                 {"DONE", true},
                 {"TASKS", true},
                 {"DEAD", true, false, 2},
                 {"TIME", true, false, 3},
                 {"FUNCTION", false, true},
                 {"NAME", false, true, 1},
                 {"REASON", false, true, 4}};
  for (const auto& job : jobs)
    out.rows.push_back(
      {{std::to_string(job.id)},
       {std::string{to_string(job.state)}, tone_of(job.state)},
       {format_count(job.succeeded)},
       {format_count(job.tasks)},
       {format_count(job.dead), job.dead > 0 ? tone::bad : tone::plain},
       {span(job.seconds_us)},
       {job.function},
       {job.name},
       {job.reason}});
  return out;
}

table node_table(const std::vector<node_info>& nodes) {
  table out;
  out.columns = {{"NAME", false, true},         {"STATE"},
                 {"ROLES", false, true, 1},     {"SLOTS", true},
                 {"FUNCTIONS", true, false, 3}, {"UP", true, false, 2},
                 {"VERSION", false, false, 6},  {"LABELS", false, true, 4},
                 {"RESOURCES", false, true, 5}};
  for (const auto& node : nodes)
    out.rows.push_back({{node.name},
                        {state_text(node), tone_of(node)},
                        {joined(node.roles)},
                        {format_count(node.slots)},
                        {format_count(node.functions)},
                        {span(node.up_us)},
                        {node.version},
                        {joined(node.labels)},
                        {offers_text(node)}});
  return out;
}

table function_table(const std::vector<function_info>& functions) {
  table out;
  out.columns = {{"FUNCTION", false, true}, {"SUMMARY", false, true, 1}};
  for (const auto& function : functions)
    out.rows.push_back({{signature(function)}, {function.summary, tone::dim}});
  return out;
}

std::string describe(const function_info& function) {
  std::string out = escape_text(signature(function)) + "\n";
  if (!function.summary.empty())
    out += fmt::format("\n{}\n", escape_text(function.summary));
  out += fmt::format(
    "\ninput   {}\nargs    {}\nresult  {}\n", escape_text(function.input_type),
    escape_text(function.args_type), escape_text(function.result_type));
  return out;
}

std::string signature(const function_info& function) {
  auto args =
    function.args_type == "null" ? "" : fmt::format(", {}", function.args_type);
  return fmt::format("{}({}{}) -> {}", function.name, function.input_type, args,
                     function.result_type);
}

} // namespace troupe::shell
