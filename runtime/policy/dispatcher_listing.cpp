#include "runtime/base/limits.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The DISPATCHER's part that tells people what there is to do, who does it and
/// how fast. It may look at much, since a person waits for the answer, but not
/// at each task of a large job.
namespace troupe {

namespace {

/// Runs of tasks that one listing looks at, wanted or not.
constexpr size_t runs_looked_at_max = 4096;

uint64_t microseconds(duration x) {
  auto count = std::chrono::duration_cast<std::chrono::microseconds>(x).count();
  return count > 0 ? static_cast<uint64_t>(count) : 0;
}

bool is_wanted(uint32_t states, task_state state) {
  return states == 0 || ((states >> static_cast<unsigned>(state)) & 1) != 0;
}

index_range cut(index_range what, index_range to) {
  return {std::max(what.begin, to.begin), std::min(what.end, to.end)};
}

task_group group_of(index_range range, task_state state) {
  task_group result;
  result.range = range;
  result.state = state;
  return result;
}

} // namespace

void dispatcher::measure(job_entry& job, const lease& held, const slice& what,
                         time_point now) {
  auto tasks = what.range.size();
  meter_.note(tasks, what.failed.size(), what.busy_ns, now);
  auto share = job.shares.find(held.worker);
  auto worker = workers_.find(held.worker);
  if (share == job.shares.end() && job.shares.size() < limits::job_shares_max) {
    share = job.shares.try_emplace(held.worker).first;
    if (worker != workers_.end())
      share->second.node = worker->second.node;
  }
  if (share != job.shares.end()) {
    share->second.succeeded += tasks - what.failed.size();
    share->second.failed += what.failed.size();
    share->second.busy_us += what.busy_ns / 1000;
  }
  // Those before the last ones would be forgotten at once.
  auto first = what.failed.size()
               - std::min(what.failed.size(), limits::recent_failures_max);
  for (auto i = first; i < what.failed.size(); ++i) {
    const auto& task = what.failed[i];
    auto node = worker == workers_.end() ? std::string{} : worker->second.node;
    meter_.note_failure(
      {what.job, task.index, std::move(node), task.code, task.text, 0}, now);
  }
}

std::vector<const lease*> dispatcher::leases_by_index(job_id job) const {
  std::vector<const lease*> result;
  for (const auto& id : book_.of_job(job))
    result.push_back(book_.find(id));
  std::sort(result.begin(), result.end(), [](const auto* x, const auto* y) {
    return x->recorded < y->recorded;
  });
  return result;
}

std::vector<task_group>
dispatcher::leased_groups(index_range run,
                          const std::vector<const lease*>& leases,
                          time_point now) const {
  std::vector<task_group> result;
  auto i = std::upper_bound(
    leases.begin(), leases.end(), run.begin,
    [](task_index at, const lease* x) { return at < x->range.end; });
  for (; i != leases.end() && (*i)->recorded < run.end; ++i) {
    const auto& held = **i;
    auto whole =
      group_of(cut({held.recorded, held.range.end}, run), task_state::leased);
    whole.attempt = held.attempt;
    whole.lease = held.id;
    if (auto w = workers_.find(held.worker); w != workers_.end())
      whole.node = w->second.node;
    if (auto cost = costs_.find(held.id); cost != costs_.end())
      whole.age_us = microseconds(now - cost->second.granted_at);
    // The task that it is at stands alone.
    for (auto part : {index_range{held.recorded, held.received},
                      index_range{held.received, held.received + 1},
                      index_range{held.received + 1, held.range.end}}) {
      auto group = whole;
      group.range = cut(part, whole.range);
      group.running = group.range.begin == held.received;
      if (group.range.begin < group.range.end)
        result.push_back(std::move(group));
    }
  }
  return result;
}

std::vector<task_group>
dispatcher::groups_in(const job_entry& job, index_range run, task_state state,
                      const std::vector<const lease*>& leases,
                      time_point now) const {
  if (state == task_state::leased)
    return leased_groups(run, leases, now);
  if (state != task_state::ready && state != task_state::backoff)
    return {group_of(run, state)};
  std::vector<task_group> result;
  for (const auto& part : waiting_in(job, run)) {
    auto group = group_of(part.range, state);
    group.attempt = part.attempt;
    if (state == task_state::backoff)
      if (auto due = backoff_.due_of(job.terms.id, part.range.begin);
          due && *due > now)
        group.retry_in_us = microseconds(*due - now);
    result.push_back(std::move(group));
  }
  return result;
}

task_listing dispatcher::list(job_id id, const task_filter& filter,
                              time_point now) const {
  const auto& job = jobs_.at(id);
  const auto& tasks = job.tasks;
  task_listing result;
  auto leases = leases_by_index(id);
  auto at = filter.from;
  for (size_t looked_at = 0; at < tasks.size(); ++looked_at) {
    if (looked_at == runs_looked_at_max) {
      result.more = true;
      result.next = at;
      return result;
    }
    auto state = tasks.state_of(at);
    index_range run{at, tasks.end_of_run(at)};
    at = run.end;
    // A resumed job knows what is left; the rest ended before.
    if (state == task_state::cancelled && job.succeeded_before > 0)
      state = task_state::succeeded;
    if (!is_wanted(filter.states, state))
      continue;
    for (auto& group : groups_in(job, run, state, leases, now)) {
      if (state == task_state::leased
          && group.age_us < microseconds(filter.older))
        continue;
      if (result.items.size() == filter.most) {
        result.more = true;
        result.next = group.range.begin;
        return result;
      }
      result.items.push_back(std::move(group));
    }
  }
  return result;
}

std::vector<job_share> dispatcher::shares(job_id id) const {
  const auto& job = jobs_.at(id);
  auto shares = job.shares;
  for (const auto& lease_id : book_.of_job(id)) {
    const auto& held = *book_.find(lease_id);
    auto& share = shares[held.worker];
    if (auto w = workers_.find(held.worker); w != workers_.end())
      share.node = w->second.node;
    share.leased += held.range.end - held.recorded;
  }
  // A node that came back as another worker is one for people.
  std::map<std::string, job_share> by_node;
  for (const auto& [worker, x] : shares) {
    auto& sum = by_node[x.node];
    sum.node = x.node;
    sum.leased += x.leased;
    sum.succeeded += x.succeeded;
    sum.failed += x.failed;
    sum.busy_us += x.busy_us;
  }
  std::vector<job_share> result;
  for (auto& [node, x] : by_node)
    if (result.size() < limits::job_shares_max)
      result.push_back(std::move(x));
  return result;
}

cluster_load dispatcher::load(time_point now) const {
  cluster_load result;
  for (const auto& [id, job] : jobs_) {
    if (!(job.closed && job.tasks.all_ended()))
      ++result.jobs;
    result.leased += job.tasks.count(task_state::leased);
    result.backoff += job.tasks.count(task_state::backoff);
  }
  result.ready = ready_tasks();
  for (const auto& [key, of] : kinds_)
    if (!of.waiting.empty())
      result.oldest_ready_us = std::max(
        result.oldest_ready_us, microseconds(now - of.waiting.oldest().first));
  meter_.tell(result, now);
  return result;
}

} // namespace troupe
