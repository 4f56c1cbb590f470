#pragma once

#include "nodes/shell/table.hpp"
#include "runtime/model/task_trace.hpp"

#include <string>
#include <string_view>

/// What happened to a task or to a job as JSON (the keys are a promise,
/// docs/shell.md) and as text.
namespace troupe::shell {

/// Returns the name of a kind of step, as in `leased`.
std::string_view name_of(trace_kind kind);

/// Returns one JSON object with all steps.
std::string trace_json(const task_trace& what);

/// Returns a row for each step, with the time since the one before.
table trace_table(const task_trace& what);

/// Returns a sentence with its newline if the trace does not tell all, else
/// nothing.
std::string footnote(const task_trace& what);

} // namespace troupe::shell
