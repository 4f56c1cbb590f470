#include "runtime/policy/credit.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Leases that one slot may have behind the running one: room for many small
/// jobs, of which each lease holds only a task or two.
constexpr uint64_t leases_per_slot_max = 1024;

constexpr uint64_t target_ns =
  std::chrono::nanoseconds{limits::credit_target}.count();

/// How much of what is ready one lease may take.
uint64_t equal_share(const grant_question& question) {
  const auto slots =
    std::clamp<uint64_t>(question.cluster_slots, 1, uint64_t{1} << 62);
  const auto parts = 2 * slots;
  return question.ready_tasks / parts
         + (question.ready_tasks % parts != 0 ? 1 : 0);
}

/// What fits into half of the target.
uint64_t full_lease(const grant_question& question) {
  if (question.ns_per_task == 0)
    return 1;
  const auto cap = question.payload ? limits::credit_payload_tasks_max
                                    : limits::credit_range_tasks_max;
  return std::clamp<uint64_t>(target_ns / 2 / question.ns_per_task, 1, cap);
}

/// Whether a lease of `tasks` tasks may wait behind those that run.
bool may_queue(const worker_load& load, uint64_t slots,
               const grant_question& question, uint64_t tasks) {
  if (question.ns_per_task >= target_ns)
    return false;
  // Rounded: room for half of the lease is enough, so the outstanding work
  // stays around the target and leases do not get crumbled.
  const auto added_ns = question.ns_per_task == 0
                          ? target_ns
                          : full_lease(question) * question.ns_per_task;
  const auto budget_ns = slots * target_ns;
  if (load.estimated_ns > budget_ns - added_ns / 2)
    return false;
  // Nothing known of what runs and nothing of what comes: one per slot.
  if (question.ns_per_task == 0 && load.estimated_ns == 0)
    return false;
  if (load.leases < 2 * slots)
    return true;
  // More than two per slot: only while all of them together are small.
  const auto cap = question.payload ? limits::credit_payload_tasks_max
                                    : limits::credit_range_tasks_max;
  return load.leases < slots * leases_per_slot_max
         && load.tasks <= 2 * cap * slots - tasks;
}

} // namespace

void run_time_estimates::observe(const std::string& function, uint64_t tasks,
                                 uint64_t busy_ns) {
  if (tasks == 0)
    return;
  const auto seen = static_cast<double>(busy_ns) / static_cast<double>(tasks);
  auto [i, is_first] = ns_.try_emplace(function, seen);
  if (!is_first)
    i->second += (seen - i->second) / 4;
}

uint64_t run_time_estimates::ns_per_task(const std::string& function) const {
  const auto i = ns_.find(function);
  if (i == ns_.end())
    return 0;
  // Bounded before the cast: a huge double does not fit into an integer.
  return static_cast<uint64_t>(std::clamp(i->second, 1.0, 1e18));
}

uint64_t lease_estimate_ns(uint64_t tasks, uint64_t ns_per_task) {
  if (tasks == 0)
    return 0;
  if (ns_per_task == 0 || tasks > target_ns / ns_per_task)
    return target_ns;
  return tasks * ns_per_task;
}

uint64_t lease_size(const worker_load& load, const grant_question& question) {
  const auto slots = std::clamp<uint64_t>(load.slots, 1, limits::slots_max);
  if (question.ready_tasks == 0 || load.tasks >= load.window_tasks)
    return 0;
  if (question.payload && load.input_bytes >= load.window_bytes)
    return 0;
  const auto tasks = std::min({full_lease(question), equal_share(question),
                               load.window_tasks - load.tasks});
  if (load.leases >= slots && !may_queue(load, slots, question, tasks))
    return 0;
  return tasks;
}

} // namespace troupe
