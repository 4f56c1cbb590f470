#include "runtime/base/limits.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <algorithm>

/// The DISPATCHER's part for people: workers that are taken out of work, and
/// the answer to why a task is where it is.
namespace troupe {

// -- cordons ------------------------------------------------------------------

void dispatcher::cordon(worker_id worker, bool cordoned) {
  if (auto i = workers_.find(worker); i != workers_.end()) {
    i->second.cordoned = cordoned;
    i->second.suspended = cordoned || i->second.silent;
  }
}

std::vector<dispatcher::shortened>
dispatcher::unstarted(worker_id worker) const {
  std::vector<shortened> result;
  for (const auto& id : book_.of_worker(worker))
    if (auto held = book_.find(id); held->received < held->range.end)
      result.push_back({worker, id, held->received});
  return result;
}

std::vector<dispatcher::stopped_lease> dispatcher::hand_back(worker_id worker) {
  std::vector<stopped_lease> result;
  for (const auto& id : book_.of_worker(worker)) {
    revoke(id);
    result.push_back({worker, id});
  }
  return result;
}

// -- explanations -------------------------------------------------------------

std::string dispatcher::stuck_reason(const job_entry& job) const {
  if (workers_.empty() || job.of->second.slots > 0
      || (job.closed && job.tasks.all_ended()))
    return {};
  return "no worker that is up offers the function \"" + job.terms.function
         + "\"";
}

worker_verdict dispatcher::verdict_of(const worker_entry& worker,
                                      const job_entry& job) const {
  worker_verdict result;
  result.node = worker.node;
  if (!worker.functions.contains(job.terms.function)) {
    result.never = true;
    result.why = "does not offer the function \"" + job.terms.function + "\"";
  } else if (worker.cordoned) {
    result.why = "is cordoned";
  } else if (worker.silent) {
    result.why = "is silent";
  } else if (worker.alone || worker.reserved) {
    result.why = "is kept for a task that must run alone";
  } else if (worker.load.window_tasks <= worker.load.tasks) {
    result.why = "takes no more tasks now";
  } else if (worker.load.leases >= worker.load.slots) {
    result.why = "has no free slot";
  }
  return result;
}

/// Returns the task that is served next, or one that comes closest to that.
task_index dispatcher::next_index_of(job_id id, const job_entry& job) const {
  for (const auto* queue : {&ready_, &suspects_})
    if (auto front = queue->front(id))
      return front->range.begin;
  for (auto state : {task_state::leased, task_state::backoff})
    if (auto runs = job.tasks.ranges(state); !runs.empty())
      return runs.front().begin;
  return 0;
}

void dispatcher::explain_leased(const job_entry& job,
                                task_explanation& out) const {
  for (const auto& id : book_.of_job(job.terms.id)) {
    const auto& held = *book_.find(id);
    if (!held.range.contains(out.index))
      continue;
    out.lease = id;
    out.attempt = held.attempt;
    out.running = out.index == held.received;
    if (auto i = workers_.find(held.worker); i != workers_.end())
      out.node = i->second.node;
  }
  out.why = out.running ? "it runs" : "its worker runs other tasks first";
}

task_explanation dispatcher::explain(job_id id, std::optional<task_index> index,
                                     time_point) const {
  const auto& job = jobs_.at(id);
  task_explanation result;
  result.job = id;
  result.index = index ? *index : next_index_of(id, job);
  if (result.index >= job.tasks.size()) {
    result.state = task_state::waiting;
    result.why = "its input has not come yet";
    return result;
  }
  result.state = job.tasks.state_of(result.index);
  for (const auto& [key, worker] : workers_) {
    if (result.workers.size() < limits::explained_workers_max)
      result.workers.push_back(verdict_of(worker, job));
    else
      ++result.workers_unlisted;
  }
  switch (result.state) {
    case task_state::ready:
      for (const auto* queue : {&ready_, &suspects_})
        for (const auto& part : queue->parts(id, {0, result.index}))
          result.tasks_before += part.range.size();
      result.why = stuck_reason(job);
      result.impossible = !result.why.empty();
      if (workers_.empty())
        result.why = "no worker is up";
      else if (!result.impossible)
        result.why = job.paused ? "its job's results are not read"
                                : "it waits for a worker with room for it";
      break;
    case task_state::leased: explain_leased(job, result); break;
    case task_state::backoff:
      result.why = "it waits for its next attempt";
      break;
    default: result.why = "it has ended"; break;
  }
  return result;
}

} // namespace troupe
