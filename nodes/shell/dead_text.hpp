#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/table.hpp"
#include "runtime/model/records.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Dead letters as JSON (the keys are a promise, docs/shell.md) and as text.
namespace troupe::shell {

/// Reads `JOB` or `JOB/INDEX`.
outcome<dead_selector> parse_dead(std::string_view text);

/// Returns one JSON object; its history only if it has one.
std::string dead_json(const dead_letter& letter);

table dead_table(const std::vector<dead_letter>& letters);

/// Returns a dead letter with its whole history, a line for each attempt.
std::string describe(const dead_letter& letter);

} // namespace troupe::shell
