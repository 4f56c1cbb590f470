#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/input_source.hpp"
#include "nodes/shell/invocation.hpp"
#include "runtime/model/job.hpp"
#include "runtime/wire/messages.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::shell {

/// A job as `run` and `submit` describe it. Range jobs have no source.
struct submission {
  job_spec spec;
  std::optional<std::string> args_json;
  std::unique_ptr<input_source> source;
  /// Of the job or, streamed, of each task; empty: not known here.
  std::string result_type;
  std::string near; ///< Where its inputs are best run; or empty.
};

/// Returns the command line with what its `--file` says besides: what both say,
/// the command line decides, and if that has inputs, those of the file do not
/// count. Without `--file` it is as it was.
/// Failures: a file that cannot be read, or as `parse_job_file`.
outcome<invocation> with_job_file(const invocation& call,
                                  const std::atomic<bool>* interrupted);

/// Reads function, options and inputs from a command line. Files are opened,
/// so that a missing one is found before anything is submitted.
/// @param interrupted Ends a wait for bytes of the inputs; may be null.
outcome<submission> read_submission(const invocation& call,
                                    const std::atomic<bool>* interrupted);

/// Chooses how inputs and arguments are encoded, from what the cluster offers:
/// as the function's own types, or as `any` when no node offers it yet (the
/// coordinator then refuses the job or lets it wait).
/// Errors: arguments or the first input of a range that do not fit.
outcome<void> fit_function(submission& what,
                           const std::vector<function_info>& offered);

} // namespace troupe::shell
