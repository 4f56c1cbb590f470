#pragma once

#include "nodes/shell/exit_code.hpp"
#include "nodes/shell/failure.hpp"

/// The commands themselves, one file each; see `command_table.cpp` for what
/// they take. Each returns the exit code, or a failure to be reported.
namespace troupe::shell {

class session;

outcome<exit_code> run_command(session& self);
outcome<exit_code> submit_command(session& self);
outcome<exit_code> wait_command(session& self);
outcome<exit_code> result_command(session& self);
outcome<exit_code> jobs_command(session& self);
outcome<exit_code> job_command(session& self);
outcome<exit_code> cancel_command(session& self);
outcome<exit_code> dead_command(session& self);
outcome<exit_code> verify_command(session& self);
outcome<exit_code> explain_command(session& self);
outcome<exit_code> trace_command(session& self);
outcome<exit_code> rerun_command(session& self);
outcome<exit_code> nodes_command(session& self);
outcome<exit_code> cordon_command(session& self);
outcome<exit_code> uncordon_command(session& self);
outcome<exit_code> drain_command(session& self);
outcome<exit_code> tree_command(session& self);
outcome<exit_code> fault_command(session& self);
outcome<exit_code> functions_command(session& self);
outcome<exit_code> bench_command(session& self);
outcome<exit_code> help_command(session& self);

} // namespace troupe::shell
