#include "nodes/shell/spec_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

namespace troupe::shell {

namespace {

/// Names and values in the order in which they are shown.
using members = std::vector<std::pair<std::string, std::string>>;

std::string milliseconds(uint64_t ms) {
  return fmt::format("\"{}ms\"", ms);
}

void add_inputs(const invocation& call, members& out) {
  for (const auto* name : {"range", "lines", "glob"})
    if (auto text = call.text(name))
      out.emplace_back(name, quoted(*text));
  if (call.has("split"))
    out.emplace_back("split", quoted(call.texts("split")));
  if (auto chunk = call.size_bytes("chunk"))
    out.emplace_back("chunk", std::to_string(*chunk));
  if (call.has("input"))
    out.emplace_back("inputs",
                     fmt::format("[{}]", fmt::join(call.texts("input"), ", ")));
  if (auto args = call.text("args"))
    out.emplace_back("args", *args);
}

void add_limits(const job_options& options, const invocation& call,
                members& out) {
  out.emplace_back("retries", std::to_string(options.retries));
  out.emplace_back("backoff", milliseconds(options.backoff_base_ms));
  out.emplace_back("backoff-cap", milliseconds(options.backoff_cap_ms));
  if (options.max_dead != 0)
    out.emplace_back("max-dead", std::to_string(options.max_dead));
  out.emplace_back("max-crashes", std::to_string(options.max_crashes));
  if (options.task_timeout_ms != 0)
    out.emplace_back("task-timeout", milliseconds(options.task_timeout_ms));
  if (auto deadline = call.text("deadline"))
    out.emplace_back("deadline", quoted(*deadline));
}

void add_place(const job_options& options, const invocation& call,
               members& out) {
  out.emplace_back("priority", std::to_string(options.priority));
  out.emplace_back("weight", std::to_string(options.weight));
  out.emplace_back("cpus", amount_text(options.needs.cpus));
  if (options.needs.memory_bytes != 0)
    out.emplace_back("memory", std::to_string(options.needs.memory_bytes));
  std::vector<std::string> named;
  for (const auto& x : options.needs.named)
    named.push_back(fmt::format("{}:{}", x.name, amount_text(x.amount)));
  auto list = [&out](const char* name, const std::vector<std::string>& texts) {
    if (!texts.empty())
      out.emplace_back(name, quoted(texts));
  };
  list("resource", named);
  list("label", options.labels);
  list("prefer", options.prefers);
  for (const auto* name : {"placement", "near"})
    if (auto text = call.text(name))
      out.emplace_back(name, quoted(*text));
}

members members_of(const job_spec& spec, const invocation& call) {
  members out{{"function", quoted(spec.function)}};
  add_inputs(call, out);
  if (spec.options.stream)
    out.emplace_back("stream", "true");
  else
    out.emplace_back("reduce", quoted(spec.reducer));
  if (!spec.name.empty())
    out.emplace_back("name", quoted(spec.name));
  if (!spec.key.empty())
    out.emplace_back("key", quoted(spec.key));
  add_limits(spec.options, call, out);
  add_place(spec.options, call, out);
  return out;
}

/// White space of people is fine in JSON, but this is to be on one line.
std::string on_one_line(std::string text) {
  for (auto& c : text)
    if (c == '\n' || c == '\r' || c == '\t')
      c = ' '; // In a string they are escaped.
  return text;
}

} // namespace

std::string job_file_json(const job_spec& spec, const invocation& call) {
  std::string out;
  for (const auto& [name, value] : members_of(spec, call))
    out += fmt::format("{}{}: {}", out.empty() ? "{" : ", ", quoted(name),
                       on_one_line(value));
  return out + "}";
}

std::string checked_json(const checked_job& what, const invocation& call) {
  auto or_null = [](const std::string& text) {
    return text.empty() ? std::string{"null"} : quoted(text);
  };
  return fmt::format(R"({{"job": {}, "tasks": {}, "input_bytes": {}, )"
                     R"("input_type": {}, "args_type": {}, )"
                     R"("result_type": {}, "offered": {}}})",
                     job_file_json(what.spec, call), what.tasks,
                     what.input_bytes, or_null(what.spec.input_type),
                     or_null(what.spec.args_type), or_null(what.result_type),
                     !what.signature.empty());
}

std::string describe(const checked_job& what, const invocation& call) {
  std::string out;
  auto row = [&out](std::string_view key, std::string_view text) {
    constexpr size_t shown_bytes_max = 120;
    auto shown = escape_text(text.substr(0, shown_bytes_max));
    out += fmt::format("{:<13} {}{}\n", key, shown,
                       text.size() > shown_bytes_max ? "..." : "");
  };
  row("tasks", format_count(what.tasks));
  if (what.spec.inputs == input_kind::chunks)
    row("input bytes", format_bytes(what.input_bytes));
  row("signature", what.signature.empty() ? "no node offers the function yet"
                                          : what.signature);
  if (!what.result_type.empty())
    row(what.spec.options.stream ? "each result" : "result", what.result_type);
  for (const auto& [name, value] : members_of(what.spec, call))
    row(name, on_one_line(value));
  return out;
}

} // namespace troupe::shell
