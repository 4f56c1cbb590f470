#include "runtime/policy/credit.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Leases that one slot may have behind the running one: room for many small
/// jobs, of which each lease holds only a task or two.
constexpr uint64_t leases_per_slot_max = 1024;

constexpr uint64_t target_ns =
  std::chrono::nanoseconds{limits::credit_target}.count();

/// Less work than this is not worth a lease of its own: granting one, waking a
/// worker for it and accepting its slice costs about as much.
constexpr uint64_t worth_a_lease_ns = 100'000;

/// How much of what is ready one lease may take.
uint64_t equal_share(const grant_question& question) {
  const auto slots =
    std::clamp<uint64_t>(question.cluster_slots, 1, uint64_t{1} << 62);
  const auto parts = 2 * slots;
  const auto share =
    question.ready_tasks / parts + (question.ready_tasks % parts != 0 ? 1 : 0);
  if (question.ns_per_task == 0)
    return share;
  const auto worth = worth_a_lease_ns / question.ns_per_task;
  return std::max(share, std::min(worth, question.ready_tasks));
}

/// What fits into half of the target.
uint64_t full_lease(const grant_question& question) {
  if (question.ns_per_task == 0)
    return 1;
  const auto cap = question.payload ? limits::credit_payload_tasks_max
                                    : limits::credit_range_tasks_max;
  return std::clamp<uint64_t>(target_ns / 2 / question.ns_per_task, 1, cap);
}

/// What may be outstanding at a worker.
uint64_t budget_ns(const worker_load& load) {
  return target_ns * offered_cpus(load) / resource_unit;
}

/// Whether a lease of `tasks` tasks may wait behind those that run.
bool may_queue(const worker_load& load, uint64_t slots,
               const grant_question& question, uint64_t tasks) {
  if (question.ns_per_task >= target_ns)
    return false;
  // Rounded: room for half of the lease is enough, so the outstanding work
  // stays around the target and leases do not get crumbled.
  const auto added_ns = lease_estimate_ns(full_lease(question),
                                          question.ns_per_task, question.cpus);
  const auto budget = budget_ns(load);
  if (load.estimated_ns > budget - std::min(budget, added_ns / 2))
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

uint64_t lease_estimate_ns(uint64_t tasks, uint64_t ns_per_task,
                           uint64_t cpus) {
  if (tasks == 0)
    return 0;
  auto ns = ns_per_task == 0 || tasks > target_ns / ns_per_task
              ? target_ns
              : tasks * ns_per_task;
  return ns * cpus / resource_unit;
}

uint64_t offered_cpus(const worker_load& load) {
  if (load.cpus > 0)
    return load.cpus;
  return std::clamp<uint64_t>(load.slots, 1, limits::slots_max) * resource_unit;
}

uint32_t free_slots(const worker_load& load, uint64_t cpus) {
  const auto slots = std::clamp<uint64_t>(load.slots, 1, limits::slots_max);
  if (load.leases >= slots)
    return 0;
  const auto left = slots - load.leases;
  const auto unused =
    offered_cpus(load) - std::min(offered_cpus(load), load.cpus_used);
  const auto fit = unused / std::max<uint64_t>(cpus, 1);
  return static_cast<uint32_t>(std::min<uint64_t>(left, fit));
}

bool has_room(const worker_load& load, bool payload, uint64_t cpus) {
  if (load.tasks >= load.window_tasks
      || (payload && load.input_bytes >= load.window_bytes))
    return false;
  return free_slots(load, cpus) > 0 || load.estimated_ns < budget_ns(load);
}

uint64_t lease_size(const worker_load& load, const grant_question& question) {
  const auto slots = std::clamp<uint64_t>(load.slots, 1, limits::slots_max);
  if (question.ready_tasks == 0 || load.tasks >= load.window_tasks)
    return 0;
  if (question.payload && load.input_bytes >= load.window_bytes)
    return 0;
  const auto tasks = std::min({full_lease(question), equal_share(question),
                               load.window_tasks - load.tasks});
  if (free_slots(load, question.cpus) == 0
      && !may_queue(load, slots, question, tasks))
    return 0;
  return tasks;
}

} // namespace troupe
