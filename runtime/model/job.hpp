#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/resources.hpp"
#include "runtime/model/states.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// How the inputs of a job come. Values travel between nodes.
enum class input_kind : uint8_t {
  chunks = 0,   ///< Packed inputs, streamed until the job is closed.
  integers = 1, ///< Input i is the integer `first + i`.
  pairs = 2,    ///< Input i is [first + i * step, min(that + step, last)).
};

/// The inputs of a range job: nothing is shipped or stored per task.
struct range_input {
  int64_t first = 0;
  int64_t last = 0;  ///< Exclusive.
  uint64_t step = 1; ///< For pairs; at least 1.

  friend bool operator==(const range_input&, const range_input&) = default;
};

/// Returns the number of tasks of such a job: 0 for chunks, whose number is
/// known when the job is closed, and for empty or reversed ranges.
uint64_t task_count(input_kind kind, const range_input& range);

/// Returns the bounds of input `index`; of an integer `i` they are [i, i + 1).
/// Precondition: `index < task_count(kind, range)`.
std::pair<int64_t, int64_t> input_at(input_kind kind, const range_input& range,
                                     task_index index);

struct job_options {
  uint32_t retries = 3; ///< Attempts after the first.
  uint64_t backoff_base_ms = 100;
  uint64_t backoff_cap_ms = 10'000;
  uint64_t max_dead = 0; ///< 0: the coordinator's default.
  bool stream = false;   ///< Results go to the client and are not kept.
  /// Crashes of workers that a task had for itself, until it is given up; 0:
  /// no task is blamed.
  uint32_t max_crashes = limits::max_crashes_default;
  uint64_t task_timeout_ms = 0;  ///< Of one attempt; 0: none.
  uint64_t deadline_unix_ms = 0; ///< Then the job fails; 0: never.
  int32_t priority = 0;          ///< Jobs of higher ones are served first.
  uint32_t weight = 1; ///< Share among jobs of equal priority, from 1.
  /// By which policy its tasks are placed (`runtime/policy/placement.hpp`);
  /// empty: the coordinator's default.
  std::string placement;
  resource_set needs;              ///< Of one task, while it runs.
  std::vector<std::string> labels; ///< All of them must be the worker's.
  /// Workers that have all of them come first, if they have room.
  std::vector<std::string> prefers;
};

/// What a client submits.
struct job_spec {
  std::string name;     ///< For people; may be empty.
  std::string function; ///< Which function runs.
  std::string reducer = "collect";
  std::string key;        ///< Idempotency key; empty: none.
  std::string input_type; ///< Type descriptor of the encoded inputs.
  std::string args_type = "null";
  blob args; ///< Encoded; shared by all tasks.
  input_kind inputs = input_kind::chunks;
  range_input range;
  job_options options;
};

/// Checks everything that can be checked without knowing the function.
/// Errors: `bad_usage`, `bad_args` naming field, value and limit.
result<void> validate(const job_spec& spec);

/// What people are told about a job.
struct job_status {
  job_id id = 0;
  std::string name;
  std::string function;
  std::string reducer;
  job_state state = job_state::open;
  uint64_t tasks = 0;
  uint64_t succeeded = 0;
  uint64_t dead = 0;
  uint64_t cancelled = 0;
  uint64_t running = 0;    ///< Leased now.
  uint64_t attempts = 0;   ///< Executions that ended, failed ones included.
  uint64_t seconds_us = 0; ///< From submit to end, or to now; microseconds.
  std::string reason;      ///< Why it waits, failed or was cancelled.
  std::string result_type; ///< Type descriptor; empty: not known yet.
  uint64_t result_bytes = 0;
};

} // namespace troupe
