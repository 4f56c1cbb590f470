#include "runtime/policy/dispatcher.hpp"
#include "runtime/policy/placement.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

/// The DISPATCHER's part that decides who is served next, and with how much.
namespace troupe {

namespace {

/// Returns the size of the strings [first, first + count), packed.
uint64_t packed_bytes(const packed_view& strings, uint32_t first,
                      uint64_t count) {
  const auto last = first + static_cast<uint32_t>(count);
  return (count + 1) * sizeof(uint32_t) + strings.data(first, last).size();
}

/// Returns what a lease costs its job; a function of unknown run time as much
/// as what a lease should take.
uint64_t run_time_of(uint64_t tasks, uint64_t ns_per_task) {
  return ns_per_task > 0 ? tasks * ns_per_task
                         : lease_estimate_ns(tasks, ns_per_task);
}

} // namespace

// -- decisions ----------------------------------------------------------------

std::vector<dispatcher::granted> dispatcher::dispatch(time_point now) {
  now_ = now;
  take_due(now);
  if (grace_until_ && (awaited_.empty() || now >= *grace_until_))
    end_grace();
  std::vector<granted> result;
  dispatch_suspects(now, result);
  if (ready_.empty())
    return result;
  openings open;
  for (const auto& [id, worker] : workers_)
    if (!worker.suspended && !worker.alone && !worker.reserved
        && worker.load.window_tasks > worker.load.tasks) {
      open.workers.push_back(id);
      open.loads.push_back(worker.load);
    }
  turn_map turns; // By the job that is next of its kind.
  for (auto& of : kinds_)
    if (auto wanted = demand_of(of, open); !wanted.candidates.empty())
      turns.emplace(of.second.waiting.front(), std::move(wanted));
  while (!turns.empty()) {
    auto turn = turns.extract(choose_turn(turns));
    auto& wanted = turn.mapped();
    dispatch_one(next_of(*wanted.of), wanted, open, result);
    if (wanted.candidates.empty() || wanted.of->waiting.empty())
      continue;
    turn.key() = wanted.of->waiting.front();
    turns.insert(std::move(turn));
  }
  return result;
}

/// Whether the next lease goes to the kind and job that waited for longest.
bool dispatcher::is_ageing_turn(const kind& of) const {
  return leases_granted_ % job_order::ageing_turn == job_order::ageing_turn - 1
         && of.waiting.oldest().first + job_order::ageing_after <= now_;
}

/// Returns the kind that is served next.
dispatcher::turn_map::iterator dispatcher::choose_turn(turn_map& turns) const {
  auto best = turns.begin();
  for (auto i = turns.begin(); i != turns.end(); ++i)
    if (is_ageing_turn(*i->second.of)
        && (!is_ageing_turn(*best->second.of)
            || i->second.of->waiting.oldest()
                 < best->second.of->waiting.oldest()))
      best = i;
  return best;
}

/// Returns the job of a kind that is served next.
job_id dispatcher::next_of(const kind& of) const {
  return is_ageing_turn(of) ? of.waiting.oldest().second
                            : of.waiting.front().job;
}

void dispatcher::take_due(time_point now) {
  for (auto& due : backoff_.pop_due(now)) {
    auto i = jobs_.find(due.job);
    if (i == jobs_.end())
      continue;
    (void)i->second.tasks.apply(due.what.range, task_event::retry_due);
    push_ready(i->second, due.what);
  }
}

dispatcher::demand dispatcher::demand_of(kind_map::value_type& of,
                                         const openings& open) const {
  auto& [key, what] = of;
  const auto& [function, payload] = key;
  demand result;
  result.of = &what;
  if (what.waiting.empty() || what.slots == 0)
    return result;
  result.question.ns_per_task = run_times_.ns_per_task(function);
  result.question.payload = payload;
  result.question.cluster_slots = what.slots;
  for (size_t i = 0; i < open.workers.size(); ++i)
    if (workers_.at(open.workers[i]).functions.contains(function))
      result.candidates.push_back(i);
  return result;
}

/// Grants one lease of a job. A worker that has enough is no candidate for this
/// kind any more.
void dispatcher::dispatch_one(job_id id, demand& wanted, openings& open,
                              std::vector<granted>& out) {
  auto& job = jobs_.at(id);
  auto& [of, question, candidates] = wanted;
  while (!candidates.empty()) {
    auto best = *least_loaded(open.loads, candidates, turn_++);
    question.ready_tasks = ready_.tasks(id);
    auto size = tasks_that_fit(open.loads[best], job,
                               lease_size(open.loads[best], question));
    if (size == 0) {
      std::erase(candidates, best);
      continue;
    }
    auto worker = open.workers[best];
    auto what = *ready_.pop(id, size);
    order_.charge(id, run_time_of(what.range.size(), question.ns_per_task),
                  of->waiting, now_);
    update_waiting(job);
    ++leases_granted_;
    out.push_back(grant_to(worker, job, what, question.ns_per_task, false));
    open.loads[best] = workers_.at(worker).load;
    return;
  }
}

/// Cuts the next lease of a job to its chunk and to the bytes that the worker
/// has room for. A worker without inputs takes one task, however large: it
/// would never run otherwise.
uint64_t dispatcher::tasks_that_fit(const worker_load& load,
                                    const job_entry& job,
                                    uint64_t tasks) const {
  if (!job.terms.payload || tasks == 0)
    return tasks;
  auto ready = ready_.front(job.terms.id)->range;
  const auto& part = std::prev(job.chunks.upper_bound(ready.begin))->second;
  auto first = static_cast<uint32_t>(ready.begin - part.range.begin);
  auto most =
    std::min({tasks, ready.size(), uint64_t{part.range.end - ready.begin}});
  auto room = load.window_bytes - std::min(load.window_bytes, load.input_bytes);
  if (packed_bytes(part.strings, first, most) <= room)
    return most;
  uint64_t fits = 0;
  while (most - fits > 1) { // `fits` fits, `most` does not.
    auto middle = fits + (most - fits) / 2;
    (packed_bytes(part.strings, first, middle) <= room ? fits : most) = middle;
  }
  return fits == 0 && load.input_bytes == 0 ? 1 : fits;
}

} // namespace troupe
