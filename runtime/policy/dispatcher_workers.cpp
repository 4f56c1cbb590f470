#include "runtime/policy/dispatcher.hpp"

#include <algorithm>
#include <utility>

/// The DISPATCHER's part that is about workers: who may run what, and who has
/// room. For each kind of job that is known, the workers that may get more of
/// it stand in a pool; whatever changes a worker puts it where it belongs.
namespace troupe {

namespace {

/// Kinds without jobs that are kept ready: another job like the last one must
/// not sort all workers again.
constexpr size_t idle_kinds_max = 4;

bool has_all(const std::set<std::string>& labels,
             const std::vector<std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const auto& x) { return labels.contains(x); });
}

/// Renders what a kind asks of its workers; each text ends with a zero byte.
std::string render_demands(const dispatcher::job_terms& terms) {
  std::string result;
  auto append = [&](const std::string& text) {
    result += text;
    result += '\0';
  };
  if (terms.needs != resource_set{}) {
    append(std::to_string(terms.needs.cpus));
    append(std::to_string(terms.needs.memory_bytes));
    for (const auto& [name, amount] : terms.needs.named)
      append(name + ":" + std::to_string(amount));
  }
  if (terms.labels.empty() && terms.prefers.empty())
    return result;
  append("");
  for (const auto& label : terms.labels)
    append(label);
  append("");
  for (const auto& label : terms.prefers)
    append(label);
  return result;
}

/// All but processors, which slots share out.
bool has_left(const resource_set& offers, const resource_set& in_use,
              const resource_set& needs) {
  return in_use.memory_bytes + needs.memory_bytes <= offers.memory_bytes
         && std::all_of(needs.named.begin(), needs.named.end(),
                        [&](const auto& x) {
                          return amount_of(in_use, x.name) + x.amount
                                 <= amount_of(offers, x.name);
                        });
}

} // namespace

// -- workers ------------------------------------------------------------------

void dispatcher::add_worker(const worker_terms& terms) {
  auto& entry = workers_[terms.id];
  unfit(entry);
  leave_nearby(entry);
  entry.id = terms.id;
  entry.node = terms.node;
  entry.functions = {terms.functions.begin(), terms.functions.end()};
  entry.labels = {terms.labels.begin(), terms.labels.end()};
  enter_nearby(entry);
  entry.load.slots = terms.slots;
  entry.load.window_tasks = terms.window_tasks;
  entry.load.window_bytes = terms.window_bytes;
  entry.load.cpus = terms.offers.cpus;
  entry.offers = terms.offers;
  entry.offers.cpus = offered_cpus(entry.load);
  for (auto& [key, of] : kinds_) {
    fit(entry, of);
    if (of.slots == 0 && workers_.size() == 1)
      touch_jobs_of(of); // Now that somebody is there, they are stuck.
  }
  refresh(entry);
}

std::vector<dead_letter> dispatcher::remove_worker(worker_id worker,
                                                   time_point now) {
  std::vector<dead_letter> result;
  auto w = workers_.find(worker);
  if (w == workers_.end())
    return result;
  tell_time(now);
  for (const auto& id : book_.of_worker(worker)) {
    auto held = *book_.find(id);
    remember_lost(held);
    auto rest = book_.revoke(id);
    note(lease_event_kind::revoked, held, rest);
    lose(held, rest, now, result);
    costs_.erase(id);
    stealing_.erase(id);
  }
  unfit(w->second);
  reserved_.erase(worker);
  leave_nearby(w->second);
  workers_.erase(w);
  return result;
}

void dispatcher::enter_nearby(const worker_entry& worker) {
  nearby_[worker.node].insert(worker.id);
  for (const auto& label : worker.labels)
    nearby_[label].insert(worker.id);
}

void dispatcher::leave_nearby(const worker_entry& worker) {
  auto leave = [&](const std::string& place) {
    auto i = nearby_.find(place);
    if (i != nearby_.end() && i->second.erase(worker.id) > 0
        && i->second.empty())
      nearby_.erase(i);
  };
  leave(worker.node);
  for (const auto& label : worker.labels)
    leave(label);
}

void dispatcher::set_window(worker_id worker, uint64_t tasks, uint64_t bytes) {
  if (auto i = workers_.find(worker); i != workers_.end()) {
    i->second.load.window_tasks = tasks;
    i->second.load.window_bytes = bytes;
    refresh(i->second);
  }
}

void dispatcher::suspend(worker_id worker, bool suspended) {
  if (auto i = workers_.find(worker); i != workers_.end()) {
    i->second.suspended = suspended;
    refresh(i->second);
  }
}

void dispatcher::cordon(worker_id worker, bool cordoned) {
  if (auto i = workers_.find(worker); i != workers_.end()) {
    i->second.cordoned = cordoned;
    refresh(i->second);
  }
}

std::vector<dispatcher::shortened_lease>
dispatcher::unstarted(worker_id worker) const {
  std::vector<shortened_lease> result;
  for (const auto& id : book_.of_worker(worker))
    if (const auto& held = *book_.find(id); held.received < held.range.end)
      result.push_back({worker, id, held.received});
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

const worker_load* dispatcher::load_of(worker_id worker) const {
  auto i = workers_.find(worker);
  return i == workers_.end() ? nullptr : &i->second.load;
}

// -- kinds --------------------------------------------------------------------

dispatcher::kind_map::iterator dispatcher::kind_of(const job_terms& terms) {
  kind_key key{terms.function, terms.payload, terms.placement->name,
               render_demands(terms)};
  auto [i, is_new] = kinds_.try_emplace(std::move(key));
  auto& of = i->second;
  if (!is_new) {
    if (of.jobs++ == 0)
      std::erase(idle_kinds_, i);
    return i;
  }
  of.function = terms.function;
  of.payload = terms.payload;
  of.placement = terms.placement;
  of.needs = terms.needs;
  of.labels = terms.labels;
  of.prefers = terms.prefers;
  of.jobs = 1;
  for (auto& [id, worker] : workers_) {
    fit(worker, of);
    if (may_run_on(of, worker))
      refresh(worker);
  }
  return i;
}

/// A job of it is gone.
void dispatcher::release_kind(kind_map::iterator of) {
  if (--of->second.jobs > 0)
    return;
  idle_kinds_.push_back(of);
  if (idle_kinds_.size() <= idle_kinds_max)
    return;
  auto oldest = idle_kinds_.front();
  idle_kinds_.pop_front();
  for (auto& [id, worker] : workers_)
    std::erase(worker.fits, &oldest->second);
  kinds_.erase(oldest);
}

/// Whether a worker may run tasks of a kind at all, as things are.
bool dispatcher::may_run_on(const kind& of, const worker_entry& worker) {
  return worker.functions.contains(of.function)
         && has_all(worker.labels, of.labels)
         && covers(worker.offers, of.needs);
}

/// Whether one that may run tasks of a kind may get some now.
bool dispatcher::is_open(const kind& of, const worker_entry& worker) {
  return !worker.suspended && !worker.cordoned && !worker.alone
         && !worker.reserved && has_room(worker.load, of.payload, of.needs.cpus)
         && has_left(worker.offers, worker.in_use, of.needs);
}

/// Returns how many tasks of a kind a worker runs at once.
uint64_t dispatcher::slots_for(const kind& of, const worker_entry& worker) {
  return std::min<uint64_t>(worker.load.slots,
                            worker.offers.cpus
                              / std::max<uint64_t>(of.needs.cpus, 1));
}

void dispatcher::fit(worker_entry& worker, kind& of) {
  if (!may_run_on(of, worker))
    return;
  worker.fits.push_back(&of);
  of.slots += slots_for(of, worker);
  if (of.slots == slots_for(of, worker) && workers_.size() > 1)
    touch_jobs_of(of); // They are not stuck any more.
}

/// The worker changes, or goes.
void dispatcher::unfit(worker_entry& worker) {
  for (auto* of : worker.fits) {
    of->open.remove(worker.id);
    of->preferred.remove(worker.id);
    of->slots -= slots_for(*of, worker);
    if (of->slots == 0 && workers_.size() > 1)
      touch_jobs_of(*of);
  }
  worker.fits.clear();
  steal_worthy_ -= worker.steal_worthy ? 1 : 0;
  worker.steal_worthy = false;
}

/// Puts a worker where it belongs after anything about it changed.
void dispatcher::refresh(worker_entry& worker) {
  const auto& load = worker.load;
  for (auto* of : worker.fits) {
    if (!is_open(*of, worker)) {
      of->open.remove(worker.id);
      of->preferred.remove(worker.id);
      continue;
    }
    auto rank = of->placement->rank(load, worker.served, worker.id);
    auto idle = free_slots(load, of->needs.cpus);
    of->open.put(rank, idle);
    if (!of->prefers.empty() && has_all(worker.labels, of->prefers))
      of->preferred.put(rank, idle);
  }
  auto worthy = load.tasks > load.leases || load.leases > load.slots;
  if (worthy != worker.steal_worthy)
    steal_worthy_ += worthy ? 1 : -1;
  worker.steal_worthy = worthy;
}

void dispatcher::touch_jobs_of(const kind& of) {
  for (const auto& [id, job] : jobs_)
    if (&job.of->second == &of)
      touch(id);
}

/// Why no worker that is known can ever run what is left of a job; empty if
/// one can, or if there is none that could be asked.
std::string dispatcher::stuck_reason(const job_entry& job) const {
  const auto& of = job.of->second;
  if (of.slots > 0 || workers_.empty())
    return {};
  auto offers = [&](const auto& x) {
    return x.second.functions.contains(of.function);
  };
  auto is_labelled = [&](const auto& x) {
    return offers(x) && has_all(x.second.labels, of.labels);
  };
  if (std::none_of(workers_.begin(), workers_.end(), offers))
    return "no worker that is up offers the function \"" + of.function + "\"";
  if (std::none_of(workers_.begin(), workers_.end(), is_labelled)) {
    std::string labels;
    for (const auto& label : of.labels)
      labels += (labels.empty() ? "" : ", ") + label;
    return "no worker that is up and offers the function has the required "
           "labels: "
           + labels;
  }
  return "no worker that is up and fits offers as much as one task needs: "
         + to_string(of.needs);
}

} // namespace troupe
