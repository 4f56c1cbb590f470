#pragma once

#include "runtime/base/error.hpp"
#include "runtime/wire/messages.hpp"

#include <cstddef>
#include <string_view>

/// What a receiver must verify of a message before it believes a word of it:
/// CAF checks neither enumerations nor sizes nor anything that a message says
/// about itself. The typed interfaces are in `protocol.hpp`.
///
/// Every `check` returns the first thing that is wrong, as one sentence that
/// names message, field, value and limit. Its code is `protocol_violation`
/// unless the comment says otherwise. Checking allocates nothing that the
/// message did not, and never looks at the bytes of a body.
namespace troupe {

namespace limits {

/// Lists in a join request, which the coordinator keeps.
constexpr size_t node_roles_max = 16;
constexpr size_t node_labels_max = 256;
constexpr size_t node_functions_max = 4096;
/// A type descriptor, see `function/type_description.hpp`.
constexpr size_t type_bytes_max = 4 * kib;
/// A term never gets near this; what does would overflow when it grows.
constexpr uint64_t term_max = uint64_t{1} << 62;
/// Credit in tasks or bytes beyond this is a mistake of its sender.
constexpr uint64_t credit_max = uint64_t{1} << 62;
/// How long what runs on a drained node may go on.
constexpr uint64_t drain_timeout_max_ms = uint64_t{7} * 24 * 60 * 60 * 1000;

} // namespace limits

// -- enumerations -------------------------------------------------------------

bool is_valid(errc code);
bool is_valid(job_state state);
bool is_valid(task_state state);
bool is_valid(input_kind kind);
bool is_valid(node_state state);
bool is_valid(cordon_kind kind);
bool is_valid(child_type type);
bool is_valid(child_state state);
bool is_valid(supervision_strategy strategy);
bool is_valid(fault_kind kind);
bool is_valid(event_kind kind);
bool is_valid(trace_kind kind);

// -- parts of several messages ------------------------------------------------

/// Checks that `what` is either inline, with at most
/// `limits::inline_body_bytes_max` bytes, or announces a transfer of 1 to
/// `bytes_max` bytes.
/// Errors: `too_large` if the announced size is over `bytes_max`.
result<void> check_body(const body& what, size_t bytes_max,
                        std::string_view field, errc too_large);

/// Checks what a peer reports as an error (`ok` is fine).
result<void> check(const error& what);

/// Checks kind and size of a job's final or current status.
result<void> check(const job_status& what);

// -- nodes --------------------------------------------------------------------

result<void> check(const function_info& what);
result<void> check(const held_lease& what);
/// Checks everything but what only MEMBERSHIP can know (is the name free?).
result<void> check(const join_request& what);
result<void> check(const join_reply& what);
result<void> check(const heartbeat& what);
result<void> check(const node_info& what);
result<void> check(const zombie_report& what);
result<void> check(const cordon_node& what);

// -- work ---------------------------------------------------------------------

/// Errors: also `bad_args` when the arguments are too large.
result<void> check(const job_header& what);
/// Errors: also `input_too_large`.
result<void> check(const grant& what);
result<void> check(const grants& what);
result<void> check(const failed_task& what);
/// Errors: also `result_too_large`.
result<void> check(const slice& what);
result<void> check(const lease_end& what);
result<void> check(const window_update& what);
result<void> check(const frame_request& what);
result<void> check(const frame& what);

// -- clients ------------------------------------------------------------------

/// As `validate`, which is written for people. Errors: `bad_usage`, `bad_args`.
result<void> check(const job_spec& what);
/// Errors: those of its spec, `input_too_large`.
result<void> check(const submit_item& what);
/// Errors: also `input_too_large`.
result<void> check(const append_inputs& what);
result<void> check(const list_jobs& what);
result<void> check(const dead_selector& what);
result<void> check(const list_dead& what);
result<void> check(const attempt_record& what);
result<void> check(const dead_letter& what);
result<void> check(const dead_letters& what);
result<void> check(const requeue_dead& what);
result<void> check(const purge_dead& what);
result<void> check(const job_audit& what);
result<void> check(const explain_task& what);
result<void> check(const worker_verdict& what);
result<void> check(const task_explanation& what);
result<void> check(const watch_job& what);
result<void> check(const show_tree& what);
result<void> check(const inject_fault& what);
result<void> check(const supervised& what);
result<void> check(const supervision_tree& what);
result<void> check(const fault_done& what);
result<void> check(const submit_reply& what);
result<void> check(const inputs_stored& what);
result<void> check(const job_update& what);
/// Errors: also `result_too_large`.
result<void> check(const result_slice& what);
result<void> check(const result_credit& what);
/// Errors: also `job_result_too_large`.
result<void> check(const job_result& what);

// -- questions ----------------------------------------------------------------

result<void> check(const list_tasks& what);
result<void> check(const task_group& what);
result<void> check(const task_listing& what);
result<void> check(const list_shares& what);
result<void> check(const job_share& what);
result<void> check(const job_shares& what);
result<void> check(const trace_task& what);
result<void> check(const trace_step& what);
result<void> check(const task_trace& what);
result<void> check(const rerun_job& what);
result<void> check(const recent_failure& what);
result<void> check(const cluster_load& what);
result<void> check(const ask_node& what);
result<void> check(const node_answer& what);

// -- events -------------------------------------------------------------------

result<void> check(const event& what);

} // namespace troupe
