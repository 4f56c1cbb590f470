#pragma once

#include "nodes/shell/session.hpp"
#include "nodes/shell/submission.hpp"

namespace troupe::shell {

/// Checks all that can be checked of a job without submitting it: what the
/// command line says, each of its inputs, and its function, arguments and
/// reducer as the coordinator would. Then prints what would be submitted.
/// @param call The command line with what its job file says.
outcome<exit_code> dry_run(session& self, const invocation& call,
                           submission& what);

} // namespace troupe::shell
