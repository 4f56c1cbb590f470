#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <iterator>

/// The DISPATCHER's part that tells people where the tasks of a job are, who
/// works for it, and how fast all of it goes.
namespace troupe {

namespace {

/// Groups that one listing looks at, wanted or not: a question costs the
/// scheduler some milliseconds at most.
constexpr size_t groups_looked_at_max = 16'384;

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(std::max<int64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count(), 0));
}

uint32_t bit_of(task_state state) {
  return uint32_t{1} << static_cast<uint32_t>(state);
}

} // namespace

/// Walks over the tasks of one job in the order of their indices.
struct dispatcher::task_lister {
  const dispatcher& of;
  const job_entry& job;
  const task_filter& which;
  time_point now;
  std::vector<const lease*> leases{}; ///< By what is left of them.
  bool has_leases = false;
  size_t looked_at = 0;
  task_listing result{};

  job_id id() const {
    return job.terms.id;
  }

  bool wants(task_state state) const {
    constexpr uint32_t ended =
      (uint32_t{1} << static_cast<uint32_t>(task_state::succeeded))
      | (uint32_t{1} << static_cast<uint32_t>(task_state::dead))
      | (uint32_t{1} << static_cast<uint32_t>(task_state::cancelled));
    if (which.states == 0 || (which.states & bit_of(state)) != 0)
      return true;
    return state == task_state::cancelled && (which.states & ended) != 0;
  }

  /// Adds a group. @returns whether there is room for it; if not, the rest
  /// begins there.
  bool add(task_group&& group) {
    if (result.items.size() >= which.most)
      return false;
    result.items.push_back(std::move(group));
    return true;
  }

  void sort_leases() {
    has_leases = true;
    for (const auto& lease : of.book_.of_job(id()))
      leases.push_back(of.book_.find(lease));
    std::sort(leases.begin(), leases.end(), [](const auto* x, const auto* y) {
      return x->recorded < y->recorded;
    });
  }

  /// Returns the lease that covers a task or, failing that, the next one.
  const lease* lease_at(task_index index) {
    if (!has_leases)
      sort_leases();
    auto i = std::upper_bound(
      leases.begin(), leases.end(), index,
      [](task_index x, const lease* y) { return x < y->range.end; });
    return i == leases.end() ? nullptr : *i;
  }

  task_group leased_at(index_range rest) {
    task_group group{rest, task_state::leased, 0, {}, {}, false, 0, 0};
    const auto* held = lease_at(rest.begin);
    if (held == nullptr)
      return group; // Of a revoked lease, being recorded.
    if (held->recorded > rest.begin) {
      group.range.end = std::min(rest.end, held->recorded);
      return group;
    }
    group.attempt = held->attempt;
    group.node = of.node_of(held->worker);
    group.lease = held->id;
    group.running = rest.begin == held->received;
    auto end = held->range.end;
    if (rest.begin < held->received)
      end = held->received;
    else if (group.running)
      end = rest.begin + 1;
    group.range.end = std::min(rest.end, end);
    if (auto cost = of.costs_.find(held->id); cost != of.costs_.end())
      group.age_us = microseconds(now - cost->second.granted_at);
    return group;
  }

  task_group ready_at(index_range rest) const {
    task_group group{rest, task_state::ready, 1, {}, {}, false, 0, 0};
    for (const auto* queue : {&of.ready_, &of.suspects_}) {
      const auto* part = queue->next(id(), rest.begin);
      if (part == nullptr)
        continue;
      if (part->range.begin > rest.begin) {
        group.range.end = std::min(group.range.end, part->range.begin);
        continue;
      }
      group.attempt = part->attempt;
      group.range.end = std::min(group.range.end, part->range.end);
    }
    return group;
  }

  task_group backoff_at(index_range rest) const {
    task_group group{rest, task_state::backoff, 1, {}, {}, false, 0, 0};
    if (auto part = of.backoff_.next(id(), rest.begin)) {
      group.attempt = part->what.attempt;
      group.range.end = std::min(rest.end, part->what.range.end);
      group.retry_in_us = microseconds(part->due - now);
    }
    return group;
  }

  /// Returns the group that begins where a run of equal states does.
  task_group group_at(task_state state, index_range rest) {
    switch (state) {
      case task_state::leased: return leased_at(rest);
      case task_state::ready: return ready_at(rest);
      case task_state::backoff: return backoff_at(rest);
      default: break;
    }
    task_group group{rest, state, 0, {}, {}, false, 0, 0};
    // What ended before the job was resumed counts as cancelled here.
    if (state == task_state::cancelled
        && job.tasks.count(state) == job.succeeded_before)
      group.state = task_state::succeeded;
    return group;
  }

  bool fits(const task_group& group) const {
    if (group.state == task_state::leased)
      return group.age_us >= which.older_us;
    return wants(group.state);
  }

  /// Joins pieces of a ready queue that differ in nothing that is told.
  bool joins_last(const task_group& group) const {
    if (result.items.empty() || group.state != task_state::ready)
      return false;
    const auto& last = result.items.back();
    return last.state == group.state && last.attempt == group.attempt
           && last.range.end == group.range.begin;
  }

  void walk() {
    for (auto next = which.from; next < job.tasks.size();) {
      auto state = job.tasks.state_of(next);
      index_range run{next, job.tasks.end_of_run(next)};
      next = wants(state) ? walk_run(state, run) : run.end;
      if (result.more)
        return;
      if (++looked_at >= groups_looked_at_max && next < job.tasks.size())
        return stop_at(next);
    }
  }

  /// Adds the groups of a run of equal states. @returns where it stopped.
  task_index walk_run(task_state state, index_range rest) {
    while (!rest.empty() && ++looked_at < groups_looked_at_max) {
      auto group = group_at(state, rest);
      auto end = group.range.end;
      if (joins_last(group)) {
        result.items.back().range.end = end;
      } else if (fits(group) && !add(std::move(group))) {
        stop_at(rest.begin);
        break;
      }
      rest.begin = end;
    }
    return rest.begin;
  }

  void stop_at(task_index next) {
    result.more = true;
    result.next = next;
  }
};

task_listing dispatcher::list(job_id job, const task_filter& which,
                              time_point now) const {
  task_lister lister{*this, jobs_.at(job), which, now};
  lister.walk();
  return std::move(lister.result);
}

// -- shares -------------------------------------------------------------------

const std::string& dispatcher::node_of(worker_id worker) const {
  static const std::string none;
  auto i = workers_.find(worker);
  return i == workers_.end() ? none : i->second.node;
}

/// Counts a slice for those who ask later how fast things go.
void dispatcher::measure(job_entry& job, const lease& held, const slice& what,
                         time_point now) {
  meter_.observe(now, what.range.size(), what.failed.size(), what.busy_ns);
  auto worker = workers_.find(held.worker);
  if (worker == workers_.end())
    return; // It was lost meanwhile; the meter has it all the same.
  auto& share = job.shares.of(held.worker, worker->second.node);
  share.succeeded += what.range.size() - what.failed.size();
  share.failed += what.failed.size();
  share.busy_ns += what.busy_ns;
}

std::vector<job_share> dispatcher::shares(job_id id) const {
  std::map<std::string, job_share> by_node;
  auto of = [&](const std::string& node) -> job_share& {
    // There is room for one more, the nameless.
    if (!by_node.contains(node) && by_node.size() >= limits::job_shares_max - 1)
      return by_node[{}];
    return by_node[node];
  };
  for (const auto& share : jobs_.at(id).shares.all()) {
    auto& to = of(share.node);
    to.succeeded += share.succeeded;
    to.failed += share.failed;
    to.busy_us += share.busy_ns / 1000;
  }
  for (const auto& lease : book_.of_job(id)) {
    const auto& held = *book_.find(lease);
    of(node_of(held.worker)).leased += held.range.end - held.recorded;
  }
  std::vector<job_share> result;
  for (auto& [node, share] : by_node) {
    share.node = node;
    result.push_back(std::move(share));
  }
  return result;
}

// -- load ---------------------------------------------------------------------

void dispatcher::note_failure(const attempt_record& what, job_id job,
                              task_index index, bool dead, time_point now) {
  failures_.note({job, index, what.code, what.text, what.node, dead}, now);
}

cluster_load dispatcher::load(time_point now) const {
  cluster_load result;
  for (const auto& [id, job] : jobs_)
    result.jobs += job.tasks.all_ended() ? 0 : 1;
  result.ready = ready_tasks();
  for (const auto& [id, worker] : workers_)
    result.leased += worker.load.tasks;
  result.backoff = backoff_.tasks();
  for (const auto& [key, of] : kinds_)
    if (!of.waiting.empty())
      result.oldest_ready_us = std::max(
        result.oldest_ready_us, microseconds(now - of.waiting.oldest().first));
  result.accepted = meter_.accepted();
  result.failed = meter_.failed();
  auto speed = meter_.measure(now);
  result.accepted_per_s = speed.accepted_per_s;
  result.failed_per_s = speed.failed_per_s;
  result.run_ns_p50 = speed.run_ns_p50;
  result.run_ns_p90 = speed.run_ns_p90;
  result.run_ns_p99 = speed.run_ns_p99;
  result.failures = failures_.recent(now);
  return result;
}

} // namespace troupe
