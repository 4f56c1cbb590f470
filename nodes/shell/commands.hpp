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
outcome<exit_code> watch_command(session& self);
outcome<exit_code> jobs_command(session& self);
outcome<exit_code> tasks_command(session& self);
outcome<exit_code> job_command(session& self);
outcome<exit_code> cancel_command(session& self);
outcome<exit_code> dead_command(session& self);
outcome<exit_code> verify_command(session& self);
outcome<exit_code> explain_command(session& self);
outcome<exit_code> status_command(session& self);
outcome<exit_code> check_command(session& self);
outcome<exit_code> trace_command(session& self);
outcome<exit_code> rerun_command(session& self);
outcome<exit_code> nodes_command(session& self);
outcome<exit_code> node_command(session& self);
outcome<exit_code> config_command(session& self);
outcome<exit_code> log_command(session& self);
outcome<exit_code> events_command(session& self);
outcome<exit_code> top_command(session& self);
outcome<exit_code> cordon_command(session& self);
outcome<exit_code> uncordon_command(session& self);
outcome<exit_code> drain_command(session& self);
outcome<exit_code> tree_command(session& self);
outcome<exit_code> actors_command(session& self);
outcome<exit_code> describe_command(session& self);
outcome<exit_code> state_command(session& self);
outcome<exit_code> ask_command(session& self);
outcome<exit_code> send_command(session& self);
outcome<exit_code> monitor_command(session& self);
outcome<exit_code> restart_command(session& self);
outcome<exit_code> stop_command(session& self);
outcome<exit_code> spawn_command(session& self);
outcome<exit_code> fault_command(session& self);
outcome<exit_code> functions_command(session& self);
outcome<exit_code> bench_command(session& self);
outcome<exit_code> connect_command(session& self);
outcome<exit_code> help_command(session& self);

} // namespace troupe::shell
