#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The DISPATCHER's part that says why a task is where it is. It asks the same
/// questions as whoever grants; it may look at everything, since a person
/// waits for the answer.
namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

/// What a worker lacks for one task; empty if nothing.
std::string lacks(const resource_set& offers, const resource_set& needs) {
  auto tell = [](const std::string& what, const std::string& needs_text,
                 const std::string& has) {
    return "a task needs " + needs_text + " " + what + " and it offers " + has;
  };
  if (needs.cpus > offers.cpus)
    return tell("cpus", amount_text(needs.cpus), amount_text(offers.cpus));
  if (needs.memory_bytes > offers.memory_bytes)
    return tell("bytes of memory", std::to_string(needs.memory_bytes),
                std::to_string(offers.memory_bytes));
  for (const auto& [name, amount] : needs.named)
    if (auto has = amount_of(offers, name); has < amount)
      return tell(name, amount_text(amount), amount_text(has));
  return {};
}

/// Which of what a task needs is in use by others; empty if none.
std::string in_use_of(const resource_set& offers, const resource_set& in_use,
                      const resource_set& needs) {
  if (in_use.memory_bytes + needs.memory_bytes > offers.memory_bytes)
    return "memory";
  for (const auto& [name, amount] : needs.named)
    if (amount_of(in_use, name) + amount > amount_of(offers, name))
      return name;
  return {};
}

} // namespace

task_explanation dispatcher::explain(job_id id, std::optional<task_index> index,
                                     time_point now) const {
  const auto& job = jobs_.at(id);
  task_explanation result;
  result.job = id;
  if (index)
    result.index = *index;
  else if (const auto* next = ready_.front(id))
    result.index = next->range.begin;
  else if (const auto* suspect = suspects_.front(id))
    result.index = suspect->range.begin;
  else if (auto leases = book_.of_job(id); !leases.empty())
    result.index = book_.find(leases.front())->recorded;
  if (result.index >= job.tasks.size()) {
    result.state = task_state::waiting;
    result.why = job.closed ? "the job has only "
                                + std::to_string(job.tasks.size()) + " tasks"
                            : "its input has not arrived: the job has "
                                + std::to_string(job.tasks.size()) + " so far";
    return result;
  }
  result.state = job.tasks.state_of(result.index);
  if (result.state == task_state::leased) {
    // Of one that is being recorded, the lease may have been revoked.
    if (const auto* held = leased_to(id, result.index)) {
      result.node = node_of(held->worker);
      result.lease = held->id;
      result.attempt = held->attempt;
      result.running = result.index == held->received;
    }
  } else if (result.state == task_state::backoff) {
    auto due = backoff_.due_of(id, result.index);
    result.retry_in_us = due && *due > now ? microseconds(*due - now) : 0;
    for (const auto& part :
         backoff_.parts(id, {result.index, result.index + 1}))
      result.attempt = part.attempt;
  } else if (result.state == task_state::ready) {
    explain_ready(job, result);
  }
  result.why = why_waiting(job, result);
  return result;
}

void dispatcher::explain_ready(const job_entry& job,
                               task_explanation& out) const {
  auto id = job.terms.id;
  for (const auto& part : ready_.parts(id, {0, out.index}))
    out.tasks_before += part.range.size();
  for (const auto& part : waiting_in(job, {out.index, out.index + 1}))
    out.attempt = part.attempt;
  auto mine = order_.place_of(id);
  for (const auto& [key, of] : kinds_)
    if (of.slots > 0) // What nobody can run holds up nobody.
      out.jobs_before += of.waiting.before(mine);
  out.impossible = !stuck_reason(job).empty();
  for (const auto& [number, worker] : workers_) {
    if (out.workers.size() == limits::explained_workers_max) {
      ++out.workers_unlisted;
      continue;
    }
    out.workers.push_back(verdict_on(worker, job));
  }
}

worker_verdict dispatcher::verdict_on(const worker_entry& worker,
                                      const job_entry& job) const {
  const auto& of = job.of->second;
  auto never = [&](std::string why) {
    return worker_verdict{worker.node, true, std::move(why)};
  };
  auto not_now = [&](std::string why) {
    return worker_verdict{worker.node, false, std::move(why)};
  };
  if (!worker.functions.contains(of.function))
    return never("it does not offer the function " + quote_text(of.function));
  for (const auto& label : of.labels)
    if (!worker.labels.contains(label))
      return never("it does not have the label " + quote_text(label));
  if (auto what = lacks(worker.offers, of.needs); !what.empty())
    return never(what);
  if (worker.cordoned)
    return not_now("it is cordoned");
  if (worker.suspended)
    return not_now("it is silent");
  if (worker.load.window_tasks == 0)
    return not_now("it takes no work: it leaves, or has just come");
  if (worker.alone || worker.reserved)
    return not_now("it is kept for a task that is suspected of killing its "
                   "workers");
  if (auto what = in_use_of(worker.offers, worker.in_use, of.needs);
      !what.empty())
    return not_now("too much of its " + what + " is in use");
  if (free_slots(worker.load, of.needs.cpus) == 0)
    return not_now("its slots are busy: " + std::to_string(worker.load.tasks)
                   + " tasks in " + std::to_string(worker.load.leases)
                   + " leases");
  return not_now({});
}

std::string dispatcher::why_waiting(const job_entry& job,
                                    const task_explanation& what) const {
  switch (what.state) {
    case task_state::waiting: return "it waits for other tasks";
    case task_state::leased:
      if (what.lease == lease_id{})
        return "its result has arrived and is being recorded";
      return std::string{what.running ? "it runs on " : "it is next on "}
             + (what.node.empty() ? "a worker that has left" : what.node);
    case task_state::backoff:
      return "it failed and waits for attempt " + std::to_string(what.attempt);
    case task_state::succeeded: return "it has succeeded";
    case task_state::dead: return "it was given up: it is a dead letter";
    case task_state::cancelled: return "it was cancelled, or ended before";
    case task_state::ready: break;
  }
  if (job.fatal.code != errc::ok)
    return "its job fails: " + to_string(job.fatal);
  if (job.paused)
    return "the results of its job are not read: it goes on when they are";
  if (job.held_back)
    return "it waits for the nodes that were up before the restart";
  if (workers_.empty())
    return "no worker is up";
  if (auto stuck = stuck_reason(job); !stuck.empty())
    return stuck;
  if (!suspects_.parts(job.terms.id, {what.index, what.index + 1}).empty())
    return "it is suspected of killing its workers and waits for one that has "
           "nothing else";
  if (what.tasks_before > 0 || what.jobs_before > 0)
    return "it waits for its turn";
  return "it waits for a worker with room";
}

} // namespace troupe
