#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/random.hpp"
#include "runtime/function/function.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/slice.hpp"
#include "runtime/wire/messages.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::simulation {

/// What the wall clock of a cluster shows when its life begins: some day.
constexpr std::chrono::microseconds wall_begin =
  std::chrono::hours{24 * 365 * 55};

/// What a task does; of its index, its attempt and its plan's seed alone.
enum class fate : uint8_t {
  good,
  fails_once,   ///< The first attempt fails.
  fails_always, ///< It becomes a dead letter.
  hangs_once,   ///< The first attempt takes longer than the job's timeout.
  kills,        ///< It ends its worker's process, always.
};

/// A job as it will be submitted, with what must come out of it.
struct job_plan {
  uint64_t number = 0; ///< From 1; the shared arguments of the job.
  uint64_t seed = 0;
  job_spec spec;
  std::vector<int64_t> inputs; ///< Of payload jobs, and as they will be run.
  duration task_time_max{};    ///< Zero: tasks take no time.
  double fails_once = 0;       ///< Shares of tasks.
  double fails_always = 0;
  double hangs_once = 0;
  uint64_t killers = 0; ///< How many tasks kill.
  bool opens = false;   ///< Inputs are streamed after the submit.
  bool cancels = false; ///< Its client cancels it.
  std::string refusal;  ///< Not empty: it is malformed, and why.

  fate fate_of(task_index index) const;
  uint64_t tasks() const {
    return inputs.size();
  }

  /// Indices that must become dead letters when nothing else goes wrong.
  std::set<task_index> doomed() const;

  /// Makes it fit into a small store, where dead letters would stay for ever.
  void shrink();

  /// How long a block of tasks runs.
  duration time_of(index_range tasks, uint32_t attempt) const;

  /// The encoded value that a program without any cluster computes.
  std::string expected() const;

  /// Whether two encoded results are the same: those of maps have no order.
  bool is_same(std::string_view a, std::string_view b) const;

  /// The encoded result of one task.
  std::string expected_of(task_index index) const;

  /// For people.
  std::string describe() const;
};

/// Draws a random job.
/// @param faulty Also tasks that fail, hang and kill.
job_plan draw_plan(uint64_t number, random_source& random, bool faulty);

/// Encodes the inputs of a range of tasks, packed.
blob packed_inputs(const job_plan& plan, index_range range);

/// What a running task tells the simulator.
struct task_hooks {
  std::function<const job_plan*(uint64_t number)> plan_of;
  std::function<void()> kill; ///< Ends the process that runs it.
};

/// The functions that simulated workers offer.
std::shared_ptr<const function_registry> make_functions(task_hooks hooks);

} // namespace troupe::simulation
