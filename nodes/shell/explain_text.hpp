#pragma once

#include "nodes/shell/table.hpp"
#include "runtime/model/task_explanation.hpp"

#include <cstddef>
#include <string>

/// Why a task is where it is, as JSON (the keys are a promise, docs/shell.md)
/// and as text.
namespace troupe::shell {

std::string explanation_json(const task_explanation& what);

/// Returns a headline and a line for each thing that matters, broken to fit.
/// @param one Whether somebody asked about this very task, and not about the
///            job.
/// @param columns Of the terminal.
std::string describe(const task_explanation& what, bool one, size_t columns);

/// Whether the workers' verdicts tell something: the task waits for one.
bool has_verdicts(const task_explanation& what);

table verdict_table(const task_explanation& what);

} // namespace troupe::shell
