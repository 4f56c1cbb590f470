#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

/// The DISPATCHER's part that decides who is served next, and with how much.
namespace troupe {

namespace {

/// How many workers are asked for one lease. The first ones have the least to
/// do; when so many have no room for what is next, the others must wait for
/// something to end, too.
constexpr size_t workers_asked_max = 64;

/// How many chunks of a job are looked at for one with its node free.
constexpr size_t chunks_looked_at_max = 64;

/// Returns the size of the strings [first, first + count), packed.
uint64_t packed_bytes(const packed_view& strings, uint32_t first,
                      uint64_t count) {
  const auto last = first + static_cast<uint32_t>(count);
  return (count + 1) * sizeof(uint32_t) + strings.data(first, last).size();
}

/// Returns what a lease costs its job; a function of unknown run time as much
/// as what a lease should take.
uint64_t run_time_of(uint64_t tasks, const grant_question& question) {
  if (question.ns_per_task == 0)
    return lease_estimate_ns(tasks, 0, question.cpus);
  auto ns = static_cast<double>(tasks)
            * static_cast<double>(question.ns_per_task)
            * static_cast<double>(question.cpus) / resource_unit;
  return static_cast<uint64_t>(std::min(ns, 1e18));
}

} // namespace

// -- decisions ----------------------------------------------------------------

std::vector<dispatcher::granted> dispatcher::dispatch(time_point now) {
  now_ = now;
  tell_time(now);
  take_due(now);
  if (grace_until_ && (awaited_.empty() || now >= *grace_until_))
    end_grace();
  std::vector<granted> result;
  dispatch_suspects(now, result);
  turn_map turns; // By the job that is next of its kind.
  if (!ready_.empty())
    for (auto& [key, of] : kinds_)
      if (!of.waiting.empty() && !of.open.empty())
        turns.emplace(of.waiting.front(), &of);
  while (!turns.empty()) {
    auto turn = turns.extract(choose_turn(turns));
    auto* of = turn.mapped();
    if (!dispatch_one(next_of(*of), result) || of->waiting.empty()
        || of->open.empty())
      continue;
    turn.key() = of->waiting.front();
    turns.insert(std::move(turn));
  }
  plan_steals();
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
    if (is_ageing_turn(*i->second)
        && (!is_ageing_turn(*best->second)
            || i->second->waiting.oldest() < best->second->waiting.oldest()))
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

/// Grants one lease of a job. @returns whether a worker had room for it.
bool dispatcher::dispatch_one(job_id id, std::vector<granted>& out) {
  auto& job = jobs_.at(id);
  auto& of = job.of->second;
  grant_question question;
  question.ns_per_task = run_times_.ns_per_task(of.function);
  question.payload = of.payload;
  question.ready_tasks = ready_.tasks(id);
  question.cluster_slots = of.slots;
  question.cpus = of.needs.cpus;
  auto to = of.placement->follows_inputs && of.payload
              ? place_near_inputs(job, question)
              : place(job, question);
  if (!to)
    return false;
  order_.charge(id, run_time_of(to->what.range.size(), question), of.waiting,
                now_);
  update_waiting(job);
  out.push_back(
    grant_to(*to->worker, job, to->what, question.ns_per_task, false));
  return true;
}

/// Takes the next tasks of a job for the first worker that has room for them.
std::optional<dispatcher::placed>
dispatcher::place(job_entry& job, const grant_question& question) {
  const auto& of = job.of->second;
  const auto& next = *ready_.front(job.terms.id);
  for (const auto* pool : {&of.preferred, &of.open}) {
    size_t asked = 0;
    for (const auto& rank : pool->ranked()) {
      if (++asked > workers_asked_max)
        break;
      if (auto to = take_for(workers_.at(rank.worker), job, next, question))
        return to;
    }
  }
  return std::nullopt;
}

/// Takes tasks of which the inputs name a worker that has room; failing that,
/// the next ones for a slot that idles. A busy worker gets nothing that is
/// better run elsewhere: it would only be fetched again.
std::optional<dispatcher::placed>
dispatcher::place_near_inputs(job_entry& job, const grant_question& question) {
  auto id = job.terms.id;
  const auto& of = job.of->second;
  auto at = std::prev(job.chunks.upper_bound(ready_.front(id)->range.begin));
  for (size_t n = 0; n < chunks_looked_at_max && at != job.chunks.end();
       ++n, ++at) {
    auto parts = ready_.parts(id, at->second.range);
    if (parts.empty())
      continue;
    auto is_near_to_all = true;
    size_t asked = 0;
    if (auto near = nearby_.find(at->second.near); near != nearby_.end())
      for (auto worker : near->second) {
        if (++asked > workers_asked_max)
          break;
        auto& entry = workers_.at(worker);
        is_near_to_all = is_near_to_all && !may_run_on(of, entry);
        if (of.open.contains(worker))
          if (auto to = take_for(entry, job, parts.front(), question))
            return to;
      }
    if (is_near_to_all)
      return place(job, question);
  }
  return of.open.free_slots() > 0 ? place(job, question) : std::nullopt;
}

/// Takes tasks from the beginning of a range that is ready, as many as a worker
/// has room for.
std::optional<dispatcher::placed>
dispatcher::take_for(worker_entry& worker, job_entry& job,
                     const ready_range& from, const grant_question& question) {
  auto size = tasks_that_fit(worker.load, job, from.range,
                             lease_size(worker.load, question));
  if (size == 0)
    return std::nullopt;
  auto id = job.terms.id;
  if (ready_.front(id)->range.begin == from.range.begin)
    return placed{&worker, *ready_.pop(id, size)};
  auto what = from;
  what.range.end = what.range.begin + std::min(size, what.range.size());
  ready_.take(id, what.range);
  return placed{&worker, what};
}

/// Cuts the next lease of a job to its chunk and to the bytes that the worker
/// has room for. A worker without inputs takes one task, however large: it
/// would never run otherwise.
uint64_t dispatcher::tasks_that_fit(const worker_load& load,
                                    const job_entry& job, index_range ready,
                                    uint64_t tasks) const {
  if (!job.terms.payload || tasks == 0)
    return tasks;
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
