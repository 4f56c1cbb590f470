#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <functional>
#include <utility>

/// The DISPATCHER's part that takes back what a worker has not begun: for slots
/// that idle, and for jobs that wait behind tasks which take longer than was
/// thought. It only asks the worker to shorten its leases; what that gives back
/// is ready, and goes its usual way.
namespace troupe {

namespace {

using namespace std::chrono_literals;

/// What is not worth a message there and back and another lease.
constexpr uint64_t steal_worth_ns = 500'000;

/// How long slots may idle beside work that did not seem worth it: its
/// estimate may be wrong.
constexpr auto look_again_after = 10ms;

/// When a worker that was asked has not answered, the question or the answer
/// is lost.
constexpr auto steal_lost_after = 1s;

/// What has run for so long and brought nothing takes longer than was thought:
/// leases are granted for about 10 ms.
constexpr auto overdue_after = 100ms;

/// Looking for victims costs time for each worker, so it is not done at each
/// result while slots idle.
duration pause_between_looks(size_t workers) {
  return 1ms + workers * 1us;
}

/// The same for what is overdue, while all slots are busy with other things.
duration pause_between_recalls(size_t workers) {
  return overdue_after / 2 + workers * 10us;
}

} // namespace

std::vector<dispatcher::shortened_lease> dispatcher::take_steals() {
  return std::exchange(steals_, {});
}

void dispatcher::plan_steals() {
  steal_due_.reset();
  std::erase_if(stealing_, [this](const auto& x) {
    return x.second + steal_lost_after <= now_;
  });
  if (steal_worthy_ == 0)
    return;
  recall_overdue();
  auto idle = idle_slots();
  if (idle <= stealing_.size())
    return;
  auto next = stole_at_ + pause_between_looks(workers_.size());
  if (now_ < next)
    return look_again_at(next);
  stole_at_ = now_;
  auto thieves = idle - stealing_.size();
  for (const auto& from : victims()) {
    if (thieves == 0)
      return;
    if (steal_from(from))
      --thieves;
  }
  look_again_at(now_ + look_again_after);
}

void dispatcher::look_again_at(time_point when) {
  steal_due_ = steal_due_ ? std::min(*steal_due_, when) : when;
}

/// Returns how many slots idle that could run what is stolen; it may count some
/// twice, which costs a question in vain.
uint64_t dispatcher::idle_slots() const {
  uint64_t result = 0;
  for (const auto& [key, of] : kinds_)
    if (of.placement->steals && of.jobs > 0)
      result = std::max(result, of.open.free_slots());
  return result;
}

/// Returns workers that have more than they run, those with the most to do
/// first.
std::vector<worker_id> dispatcher::victims() const {
  std::vector<std::pair<uint64_t, worker_id>> found; // By time for each slot.
  for (const auto& [id, worker] : workers_) {
    if (!worker.steal_worthy || worker.suspended)
      continue;
    uint64_t ns = 0;
    size_t position = 0;
    for (const auto& lease : book_.of_worker(id)) {
      const auto& held = *book_.find(lease);
      auto left = held.range.end - held.received;
      auto each = ns_left_per_task(held, position++ < worker.load.slots);
      ns += std::min(left, UINT64_MAX / 4 / each) * each;
      ns = std::min(ns, UINT64_MAX / 4);
    }
    found.emplace_back(ns / std::max(worker.load.slots, 1u), id);
  }
  std::sort(found.begin(), found.end(), std::greater<>{});
  std::vector<worker_id> result;
  for (const auto& [ns, id] : found)
    result.push_back(id);
  return result;
}

/// Returns what a task of a lease takes, as far as one can tell: a lease that
/// runs and brings nothing takes at least as long as it has brought nothing.
uint64_t dispatcher::ns_left_per_task(const lease& held, bool runs) const {
  const auto& cost = costs_.at(held.id);
  auto ns = run_times_.ns_per_task(cost.of->function);
  auto silent = std::chrono::nanoseconds{now_ - cost.moved_at}.count();
  if (runs && silent > 0)
    ns = std::max(ns, static_cast<uint64_t>(silent));
  return std::max<uint64_t>(ns, 1);
}

/// Asks a worker for half of what it has not begun, the last of it first.
/// @returns whether that was worth it.
bool dispatcher::steal_from(worker_id worker) {
  struct part {
    const lease* held = nullptr;
    uint64_t tasks = 0;
    uint64_t ns_per_task = 0;
  };
  std::vector<part> parts;
  uint64_t total = 0;
  uint64_t blocked_ns = 0; // By what runs.
  auto slots = workers_.at(worker).load.slots;
  for (const auto& id : book_.of_worker(worker)) {
    const auto& held = *book_.find(id);
    if (stealing_.contains(id))
      return false; // One question at a time.
    auto runs = parts.size() < slots;
    auto left = held.range.end - held.received;
    auto ns = ns_left_per_task(held, runs);
    const auto& of = *costs_.at(id).of;
    auto takes = of.placement->steals && of.open.free_slots() > 0
                 && may_run(jobs_.at(held.job));
    parts.push_back(
      {&held, takes ? left - std::min<uint64_t>(left, runs) : 0, ns});
    total += parts.back().tasks;
    blocked_ns = std::max(blocked_ns, runs ? ns : 0);
  }
  auto wanted = (total + 1) / 2;
  auto first = steals_.size();
  uint64_t gain_ns = wanted > 0 ? blocked_ns : 0;
  for (auto i = parts.rbegin(); i != parts.rend() && wanted > 0; ++i) {
    auto tasks = std::min(i->tasks, wanted);
    if (tasks == 0)
      continue;
    wanted -= tasks;
    gain_ns += std::min(tasks, steal_worth_ns)
               * std::min(i->ns_per_task, steal_worth_ns);
    steals_.push_back({worker, i->held->id, i->held->range.end - tasks});
  }
  if (gain_ns < steal_worth_ns) {
    steals_.resize(first);
    return false;
  }
  for (auto i = first; i < steals_.size(); ++i)
    stealing_.emplace(steals_[i].lease, now_);
  return steals_.size() > first;
}

/// Shortens leases to what they run where other jobs wait behind them.
void dispatcher::recall_overdue() {
  if (jobs_.size() < 2)
    return;
  const auto pause = pause_between_recalls(workers_.size());
  if (now_ < recalled_at_ + pause)
    return look_again_at(recalled_at_ + pause);
  recalled_at_ = now_;
  for (const auto& [id, worker] : workers_)
    if (worker.steal_worthy && !worker.suspended)
      recall_from(worker);
  look_again_at(now_ + pause);
}

/// What of an overdue job waits at the worker before others goes back as a
/// whole; what stands behind them waits rightly.
void dispatcher::recall_from(const worker_entry& worker) {
  auto recall = [this](const lease& what, task_index end) {
    if (end >= what.range.end || !stealing_.emplace(what.id, now_).second)
      return;
    steals_.push_back({what.worker, what.id, end});
  };
  const auto ids = book_.of_worker(worker.id);
  const auto running = std::min<size_t>(worker.load.slots, ids.size());
  for (size_t i = 0; i < running; ++i) {
    const auto& held = *book_.find(ids[i]);
    if (now_ - costs_.at(held.id).moved_at < overdue_after)
      continue;
    auto other = std::find_if(
      ids.rbegin(), ids.rend() - static_cast<ptrdiff_t>(running),
      [&](const lease_id& id) { return book_.find(id)->job != held.job; });
    auto end = static_cast<size_t>(ids.rend() - other);
    // Once for each lease: it has then no more than it runs.
    if (held.received + 1 < held.range.end && others_wait(worker, held.job))
      end = ids.size();
    else if (end == running)
      continue;
    recall(held, held.received + 1);
    for (auto at = running; at < end; ++at)
      if (const auto& next = *book_.find(ids[at]); next.job == held.job)
        recall(next, next.received);
  }
}

/// Whether a job of no lower priority is the next that is granted something
/// there.
bool dispatcher::others_wait(const worker_entry& worker, job_id job) const {
  auto rank = order_.place_of(job).rank;
  return std::any_of(
    worker.fits.begin(), worker.fits.end(), [&](const kind* of) {
      return !of->waiting.empty() && of->waiting.front().job != job
             && of->waiting.front().rank <= rank;
    });
}

} // namespace troupe
