#pragma once

#include "nodes/shell/table.hpp"
#include "runtime/model/job.hpp"
#include "runtime/wire/messages.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Jobs, nodes and functions as JSON (the keys are a promise, docs/shell.md)
/// and as text for people.
namespace troupe::shell {

using text_sink = std::function<void(std::string_view)>;

/// Writes a job as one JSON object without a newline. The result's JSON is
/// copied as it is: it may be large, and its numbers stay exact.
void write_job_json(const job_status& job,
                    std::optional<std::string_view> result_json,
                    const text_sink& out);

/// Returns the same without a result.
std::string job_json(const job_status& job);

std::string node_json(const node_info& node);

/// Returns the state of a node as people see it, with what they did to it.
std::string state_text(const node_info& node);
std::string function_json(const function_info& function);

/// Returns `[` objects `]`, one a line.
std::string json_array(const std::vector<std::string>& objects);

/// Writes JSON without white space for people: on one line if it fits into
/// `columns`, else each element of the outermost list or object on a line of
/// its own. Always complete, always ends in a newline.
void write_result_text(std::string_view json, size_t columns,
                       const text_sink& out);

/// Returns `job 7 succeeded: 100 tasks, 101 attempts, 1.25 s`, with dead and
/// cancelled tasks if there are some.
std::string summary_line(const job_status& job);

/// Returns the sentence for stderr about a job that did not succeed:
/// `job 7 failed: REASON`.
std::string failure_line(const job_status& job);

/// Returns everything about a job, a line each, and why it waits.
std::string describe(const job_status& job);

table job_table(const std::vector<job_status>& jobs);
tone tone_of(job_state state);
tone tone_of(const node_info& node);

table node_table(const std::vector<node_info>& nodes);
table function_table(const std::vector<function_info>& functions);

/// Returns a function with its types and what it does, for people.
std::string describe(const function_info& function);

/// Returns `name(INPUT, ARGS) -> RESULT`; no ARGS if it takes none.
std::string signature(const function_info& function);

} // namespace troupe::shell
