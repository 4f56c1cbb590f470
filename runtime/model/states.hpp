#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace troupe {

/// Where a task is. Values travel between nodes: append, never renumber.
enum class task_state : uint8_t {
  waiting = 0,   ///< For other tasks (task graphs).
  ready = 1,     ///< In the ready queue.
  leased = 2,    ///< Some worker holds a lease that covers it.
  backoff = 3,   ///< An attempt failed; waits for its next one.
  succeeded = 4, ///< Its one result is recorded.
  dead = 5,      ///< Given up; kept as a dead letter.
  cancelled = 6, ///< The job was cancelled or failed before it ran.
};
constexpr size_t task_state_count = 7;

enum class task_event : uint8_t {
  unblocked = 0, ///< What it waited for is done.
  granted = 1,   ///< A lease was given to a worker.
  returned = 2,  ///< The lease was lost, trimmed or revoked without a result.
  accepted = 3,  ///< The store recorded its result.
  failed = 4,    ///< An attempt failed and another one is allowed.
  gave_up = 5,   ///< An attempt failed and it was the last one.
  retry_due = 6, ///< The backoff is over.
  requeued = 7,  ///< Someone took the dead letter back.
  cancelled = 8, ///< The job was cancelled or failed.
};
constexpr size_t task_event_count = 9;

/// Where a job is. Values travel between nodes: append, never renumber.
enum class job_state : uint8_t {
  open = 0,      ///< Inputs are still arriving.
  running = 1,   ///< All inputs are known.
  succeeded = 2, ///< Every task succeeded and the result is merged.
  failed = 3,    ///< Ended with dead letters or an error of the whole job.
  cancelled = 4, ///< Someone or the loss of its client ended it.
};
constexpr size_t job_state_count = 5;

enum class job_event : uint8_t {
  closed = 0,    ///< The client sent its last input.
  succeeded = 1, ///< All merged, nothing dead.
  failed = 2,    ///< Ended with dead letters or an error of the whole job.
  cancelled = 3, ///< Someone or the loss of its client ended it.
  requeued = 4,  ///< Dead letters of a failed job were taken back.
};
constexpr size_t job_event_count = 5;

struct task_transition {
  task_state from;
  task_event event;
  task_state to;
};

struct job_transition {
  job_state from;
  job_event event;
  job_state to;
};

/// The only tables of what may follow what; code, tests and docs/concepts.md
/// read the same rows. A pair that is absent is refused.
std::span<const task_transition> task_transitions();
std::span<const job_transition> job_transitions();

/// Return the state that follows; nothing when the table has no such row.
std::optional<task_state> next_state(task_state from, task_event event);
std::optional<job_state> next_state(job_state from, job_event event);

/// Return whether nothing happens any more by itself (dead letters and failed
/// jobs can still be requeued by people).
bool is_terminal(task_state state);
bool is_terminal(job_state state);

/// Return the word that docs, CLI and `--json` use.
std::string_view to_string(task_state state);
std::string_view to_string(task_event event);
std::string_view to_string(job_state state);
std::string_view to_string(job_event event);

} // namespace troupe
