#pragma once

#include "nodes/shell/session.hpp"

#include <chrono>
#include <optional>

namespace troupe::shell {

class result_printer;

/// Waits until a job has ended, with a progress bar on stderr if that is a
/// terminal. Says why a job waits, and when the coordinator is lost or back.
/// @param timeout None or 0: as long as it takes.
/// @param results Gets the results if the job is a streamed one; may be null.
/// Failures: `exit_code::timed_out` and `exit_code::detached` say how to come
/// back; with `--json` they print the job as it is.
outcome<job_status> wait_for(session& self, const client& coordinator,
                             job_id job,
                             std::optional<std::chrono::milliseconds> timeout,
                             result_printer* results = nullptr);

} // namespace troupe::shell
