#pragma once

namespace troupe::shell {

/// How `troupe` ends; part of its interface for scripts (docs/shell.md).
enum class exit_code : int {
  done = 0,
  failed = 1,         ///< The job failed, or a request was refused.
  usage = 2,          ///< The command line is wrong.
  cannot_connect = 3, ///< No coordinator, or one that we cannot talk to.
  timed_out = 124,    ///< `--timeout` is over; the job goes on.
  detached = 130,     ///< Ctrl-C; the job goes on.
};

} // namespace troupe::shell
