#pragma once

#include "nodes/shell/failure.hpp"
#include "nodes/shell/output_file.hpp"
#include "nodes/shell/session.hpp"
#include <troupe/client.hpp>

#include <optional>

namespace troupe::shell {

/// Where a result goes: to stdout or to a file, as JSON or as raw bytes.
class delivery {
public:
  /// Reads `--output` and `--raw` and checks that the file can be written.
  static outcome<delivery> prepare(const invocation& call);

  /// Checks that a result of this type can be written as it is asked for.
  /// @param type A descriptor; empty: not known yet, passes.
  outcome<void> check_type(const std::string& type) const;

  /// Fetches the result of a job that has ended and writes it; with `--json`
  /// also the job (with the result unless that is in a file).
  outcome<void> deliver(session& self, const client& coordinator,
                        const job_status& job) const;

private:
  outcome<void> write_raw(session& self, const encoded_result& what) const;
  outcome<void> write_json(session& self, const job_status& job,
                           const encoded_result& what) const;

  bool raw_ = false;
  std::optional<output_file> file_;
};

/// Prints a job without its result on stdout: as JSON, or `text` for people.
void print_job(session& self, const job_status& job, std::string_view text);

} // namespace troupe::shell
