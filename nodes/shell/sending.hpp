#pragma once

#include "nodes/shell/session.hpp"
#include "nodes/shell/submission.hpp"
#include <troupe/client.hpp>

namespace troupe::shell {

/// Asks the cluster what it offers and prepares the submission for it.
outcome<void> fit_to_cluster(submission& what, const client& coordinator);

/// Submits a job with all its inputs.
/// @param watch Whether the job is waited for.
/// @returns the job's id. Ctrl-C while the inputs are sent is a failure with
///          `exit_code::detached`; the incomplete job does not run to its end.
outcome<job_id> send_job(session& self, submission& what,
                         const client& coordinator, bool watch);

} // namespace troupe::shell
