#pragma once

#include "nodes/shell/command_table.hpp"
#include "nodes/shell/failure.hpp"
#include "nodes/shell/invocation.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::shell {

/// The longest job file that is read.
constexpr size_t job_file_bytes_max = size_t{16} * 1024 * 1024;

/// A job as a file describes it: what it says, as a command line would.
struct job_file {
  std::optional<std::string> function;
  invocation::option_texts options;
};

/// Reads one JSON object: `function`, `inputs` (an array of values), and the
/// options of `submit` by their names. Counts are whole numbers, flags are
/// booleans, what may be given many times is a string or an array of them,
/// `args` is any value, `cpus` and `priority` may be numbers, sizes may be
/// whole numbers of bytes, and everything else is a string.
/// @param name  Of the file, for the sentence.
/// @param known The options of `submit`.
/// Failures: `exit_code::usage`, `job.json: /retries: expected a whole number,
/// got "x"`.
outcome<job_file> parse_job_file(std::string_view name, std::string_view text,
                                 std::span<const option_spec> known);

/// Returns the keys that a job file may have.
std::vector<std::string> job_file_keys(std::span<const option_spec> known);

} // namespace troupe::shell
