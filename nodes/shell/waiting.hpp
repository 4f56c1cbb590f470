#pragma once

#include "nodes/shell/session.hpp"

#include <chrono>
#include <optional>

namespace troupe::shell {

/// Waits until a job has ended, with a progress bar on stderr if that is a
/// terminal. Says why a job waits.
/// @param timeout None or 0: as long as it takes.
/// Failures: `exit_code::timed_out` and `exit_code::detached` say how to come
/// back; with `--json` they print the job as it is.
outcome<job_status> wait_for(session& self, const client& coordinator,
                             job_id job,
                             std::optional<std::chrono::milliseconds> timeout);

} // namespace troupe::shell
