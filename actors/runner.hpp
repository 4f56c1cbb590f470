#pragma once

#include "actors/spawn.hpp"
#include "actors/supervisor.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/function/function.hpp"
#include "runtime/function/integer_input.hpp"
#include "runtime/model/packed.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// What a worker knows of a job: everything that its runners need, looked up
/// once. Immutable, shared by the slots.
struct runner_job {
  job_header header;
  const function* what = nullptr; ///< Of `registry`; none if unknown.
  std::shared_ptr<const function_registry> registry;
  worker_permissions permissions;
};

/// How long attempts last on a virtual clock, on which a function itself takes
/// no time.
using task_pace = std::function<duration(const job_header& job,
                                         index_range tasks, uint32_t attempt)>;

struct runner_options {
  uint32_t slot = 0;
  worker_actor worker;
  std::shared_ptr<logger> log;
  task_pace pace{}; ///< Simulation only; empty: functions take their time.
};

/// A RUNNER executes leases of one slot in a loop, without a message per task.
/// It blocks in user code, hence is detached. It talks to its WORKER through
/// the slot block and reports only when something is to be done.
struct runner_state {
  using self_pointer = runner_actor::stateful_pointer<runner_state>;
  static constexpr const char* name = "runner";

  explicit runner_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  void run(const run_lease& what);

  /// Claims the next block, or returns the one whose time passes.
  std::optional<index_range> next_block(const run_lease& what);

  /// Whether the time of the claimed block has passed or was cut short by a
  /// stop; if not, the runner sends itself the lease to look again.
  bool has_passed(const run_lease& what, index_range block);

  /// Runs one claimed block and publishes it; true if the loop goes on.
  bool run_block(const run_lease& what, const packed_view& inputs,
                 index_range block);

  /// Hands over what ran so far; true if the loop goes on.
  bool publish(const run_lease& what);
  void resize_blocks(duration spent, bool whole);
  result<void> run_task(const run_lease& what, const packed_view& inputs,
                        task_index index);

  /// Returns the input of a task in the function's own type.
  result<std::string_view>
  input_of(const run_lease& what, const packed_view& inputs, task_index index);

  /// Makes `body` ready for the job of the lease.
  void bind(const runner_job& job);
  result<task_body> make_body(const runner_job& job);
  void report(const run_lease& what, runner_event event);

  self_pointer self;
  runner_options options;
  std::shared_ptr<const runner_job> bound; ///< The job that `body` is for.
  result<task_body> body = fail(errc::internal, "no job");
  std::optional<integer_input_encoder> integers;
  slot_block::block_output output;
  std::string input_buffer;
  uint64_t block_size = 1;
  time_point claimed_at{};            ///< When the current block was claimed.
  std::optional<index_range> passing; ///< A block whose time passes.
  time_point passed_at{};             ///< When it will have passed.
};

/// Creates the behavior of a RUNNER.
runner_actor::behavior_type runner(runner_state::self_pointer self,
                                   runner_options options);

struct runner_supervisor_options {
  worker_actor worker;
  uint32_t slots = 1;
  threading threads = threading::detached;
  logger_ptr log;
  task_pace pace{}; ///< As of `runner_options`.
};

/// Returns the options of the supervisor of a worker's runners, whose ids are
/// the slots' numbers. The worker is told of each runner that starts
/// (`runner_up`) and of how many are stuck in user code (`zombies_changed`).
supervisor_options runner_supervisor(const runner_supervisor_options& terms);

} // namespace troupe
