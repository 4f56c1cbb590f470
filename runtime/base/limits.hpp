#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every bound of the product in one place. What exceeds one is refused with
/// a sentence that names the limit; nothing is allocated first.
namespace troupe::limits {

using namespace std::chrono_literals;

constexpr size_t kib = 1024;
constexpr size_t mib = 1024 * kib;
constexpr size_t gib = 1024 * mib;

/// No message carries more payload than this; larger bodies go as frames.
constexpr size_t frame_bytes_max = 256 * kib;
/// A body up to this size rides inside its message (room for the header).
constexpr size_t inline_body_bytes_max = 192 * kib;
/// Frames of one transfer that may be requested and not yet received.
constexpr uint32_t frames_in_flight_max = 4;

constexpr size_t input_bytes_max = 16 * mib;
/// Shared arguments ride in the submit and in the job's header.
constexpr size_t args_bytes_max = 128 * kib;
constexpr size_t result_bytes_max = 16 * mib;
constexpr size_t job_result_bytes_max = 1 * gib;
/// Room for what surrounds one input or result in its packed buffer.
constexpr size_t packed_overhead_bytes_max = 64;

/// A client packs inputs into chunks of at most this many tasks and bytes
/// (a larger single input is a chunk of its own). The bytes stay just below a
/// size class of the allocator: a queued chunk wastes nothing.
constexpr uint32_t chunk_tasks_max = 4096;
constexpr size_t chunk_bytes_max = 128 * kib - 64;
/// Input bytes that one client may have under way, not yet stored.
constexpr size_t client_input_window_bytes = 4 * mib;
/// Jobs that one client has posted and that have not ended, and their inputs.
constexpr size_t posts_max = 16'384;
constexpr size_t posted_bytes_max = 8 * mib;
/// Result bytes that a streaming client has room for.
constexpr size_t client_result_window_bytes = 8 * mib;

/// A slice is flushed at this many results or bytes, whichever is first.
constexpr uint32_t slice_results_max = 1024;
constexpr size_t slice_bytes_flush = 64 * kib;
/// Unflushed bytes at which a runner waits until its worker has taken them.
constexpr size_t slice_bytes_held = 256 * kib;
/// Packed results of one slice: what a runner may hold, then one block that is
/// flushed, and in it one of the largest results.
constexpr size_t packed_results_bytes_max = result_bytes_max + slice_bytes_held
                                            + 2 * slice_bytes_flush
                                            + packed_overhead_bytes_max;
constexpr auto slice_age_max = 1ms;
/// Unacknowledged slice bytes at a worker; beyond it the runners pause.
constexpr size_t unacknowledged_bytes_max = 4 * mib;
constexpr auto slice_resend_after = 1s;
/// Answers to slices ride on the next grants; alone they leave after this
/// time, or at once when they answer for so many bytes.
constexpr auto answer_delay = 5ms;
constexpr size_t answered_bytes_max = 256 * kib;
/// What became of so many jobs is told a client in one message.
constexpr size_t updates_per_message = 512;
/// Ended jobs that one worker need not be told of yet.
constexpr size_t jobs_to_forget_max = 16;
/// Input bytes that a worker has room for.
constexpr size_t worker_input_window_bytes = 32 * mib;

/// Work that the scheduler keeps outstanding per slot.
constexpr auto credit_target = 20ms;
constexpr uint64_t credit_payload_tasks_max = 4096;
constexpr uint64_t credit_range_tasks_max = uint64_t{1} << 20;

/// Unread results of a streamed job at which it gets no new grants.
constexpr size_t unread_result_bytes_max = 64 * mib;

constexpr uint64_t job_tasks_max = uint64_t{1} << 62;
constexpr uint32_t retries_max = 1'000'000;
/// The largest share of a job among others of its priority.
constexpr uint32_t job_weight_max = 1'000;
/// Named resources of a task or a worker, and how much there may be of one.
constexpr size_t named_resources_max = 64;
constexpr uint64_t resource_amount_max = 1'000'000; ///< Of one.
/// Labels that a task requires or prefers.
constexpr size_t task_labels_max = 16;
/// Workers whose verdict one explanation lists.
constexpr size_t explained_workers_max = 256;
constexpr uint64_t max_dead_default = 10'000;
/// A lease that was lost with its worker becomes ready in this many pieces.
constexpr uint64_t crash_pieces_max = 16;
/// A task that was lost in so many crashes next has a worker for itself.
constexpr uint32_t crashes_before_alone = 2;
/// Crashes of workers that a task had for itself, until it is given up.
constexpr uint32_t max_crashes_default = 3;
/// Attempts in the history of one task: the first one and the last ones.
constexpr size_t history_attempts_max = 16;
/// An error text in a history, but for the last one of a dead letter.
constexpr size_t history_text_bytes_max = 512;
/// History of the failing tasks of one job, kept by the scheduler. Beyond it
/// further tasks have only their last attempt in their dead letter.
constexpr size_t history_bytes_max = 8 * mib;
/// What happened to the leases of one job, kept to verify it; beyond it the
/// oldest events go.
constexpr size_t lease_events_max = 100'000;
/// Sentences about violations in one report on a job.
constexpr size_t violations_listed_max = 20;
/// Leases lost with their worker of which the scheduler remembers how often
/// their tasks had crashed before: the worker may come back with them.
constexpr size_t lost_leases_max = 65'536;
/// Leases that a worker lists when it joins again; what it holds beyond them it
/// hands back. A join stays a small message.
constexpr size_t held_leases_max = 4096;
/// How long resumed jobs wait for the nodes that were up to join again.
constexpr auto rejoin_grace = 1500ms;
/// Dead letters in one answer to a listing.
constexpr uint32_t dead_per_page = 32;
/// How long a function may run on after it was asked to stop; then its runner
/// is replaced and its thread counts as a zombie.
constexpr auto stop_grace = 5s;
/// How long an external command may run on after TERM, before KILL.
constexpr auto exec_stop_grace = 2s;
/// Jobs in one answer to a listing, so that it stays a small message.
constexpr uint32_t jobs_per_page = 256;

constexpr uint64_t finished_jobs_kept = 10'000;
constexpr auto finished_job_age_max = 1h;
/// An ended job that is younger is not forgotten to make room in a full store:
/// whoever waited for it may just be fetching its result.
constexpr auto ended_job_age_min = 10s;
/// How long an open job, or a streamed one with results that nobody has read,
/// waits for its client to come back.
constexpr auto client_lost_after = 60s;
/// Events kept for one subscriber that does not read.
constexpr size_t subscriber_events_max = 1024;
/// A progress event per job and subscriber at most this often.
constexpr auto progress_interval = 100ms;

constexpr size_t name_bytes_max = 256;
constexpr size_t error_text_bytes_max = 4 * kib;
/// stdout and stderr of one external command, each.
constexpr size_t exec_output_bytes_max = 1 * mib;
constexpr uint32_t slots_max = 4096;

/// Supervision. A child that ignores a kill for so long is abandoned.
constexpr auto child_shutdown_default = 5s;
constexpr auto child_shutdown_max = 1h;
constexpr auto child_kill_grace = 1s;
/// How long whoever stops a coordinator waits for its actors to end.
constexpr auto role_stop_timeout = 5s;
/// How long a child that starts asynchronously may take until it is up.
constexpr auto child_start_timeout = 30s;
/// How long a supervisor waits for the tree below one of its children.
constexpr auto describe_tree_timeout = 1s;
constexpr size_t supervised_children_max = 1'000'000;
/// Requests that wait while a supervisor stops or starts children.
constexpr size_t supervisor_requests_max = 4096;

/// Crashes of a job's aggregators after which the job fails.
constexpr uint32_t aggregator_crashes_max = 5;
/// Zombies that are listed one by one; all are counted.
constexpr size_t zombies_listed_max = 1024;
/// Children of one supervisor that a description of the tree lists.
constexpr size_t tree_children_max = 1024;
/// Actors in the trees of one node, as far as they are listed.
constexpr size_t tree_actors_max = 8 * tree_children_max;
constexpr size_t actor_path_bytes_max = 1024;
/// A question to a node, and what one of its roles answers, as JSON.
constexpr size_t node_question_bytes_max = 64 * kib;
constexpr size_t node_answer_bytes_max = 192 * kib;
/// Roles of one node that answer.
constexpr size_t node_answers_max = 8;
/// Nested values in a JSON document that comes from elsewhere.
constexpr size_t json_depth_max = 64;
/// Groups of tasks in one answer to a listing.
constexpr uint32_t task_groups_max = 512;
/// Steps in one trace, and what it says of one.
constexpr size_t trace_steps_max = 1000;
constexpr size_t trace_text_bytes_max = 256;
/// Failed attempts that the scheduler remembers for people.
constexpr size_t recent_failures_max = 16;
/// Nodes in one answer about who does what for a job.
constexpr size_t job_shares_max = 1024;
/// Lines of its log that a node keeps for people.
constexpr size_t log_lines_kept = 2000;
/// A fault that was asked for ends by itself after at most this time.
constexpr auto fault_duration_max = 10min;
constexpr uint32_t restart_intensity_max = 1'000'000;
constexpr auto restart_period_max = 24h;
/// A report rendered as one line.
constexpr size_t report_bytes_max = 1 * kib;

/// A worker tells its coordinator at this interval that it is there.
constexpr auto heartbeat_interval_default = 200ms;
constexpr auto heartbeat_interval_min = 20ms;
constexpr auto heartbeat_interval_max = 10s;
/// Leases in one heartbeat; a worker with more does not list them, so that the
/// heartbeat stays a small message.
constexpr size_t heartbeat_leases_max = 8192;
/// Times between heartbeats from which a node's rhythm is learned.
constexpr size_t heartbeat_samples_max = 100;
/// How long a node may pause beyond its heartbeats, and how long a suspect one
/// may be silent until it is down.
constexpr auto heartbeat_pause_default = 600ms;
constexpr auto down_after_default = 1350ms;
constexpr auto silence_min = 100ms;
constexpr auto silence_max = 10min;
/// Suspected when only one in 10^8 heartbeats would come so late. With the
/// defaults above: after 1.06 s of silence.
constexpr double suspicion_phi = 8;
/// How often nodes are judged; also how often the judge looks at itself.
constexpr auto judge_interval = 50ms;

constexpr auto request_timeout = 10s;
constexpr auto probe_timeout = 300ms;
constexpr auto reconnect_backoff_min = 100ms;
constexpr auto reconnect_backoff_max = 5s;
constexpr auto connect_timeout_default = 5s;
constexpr auto drain_timeout_default = 30s;

} // namespace troupe::limits
