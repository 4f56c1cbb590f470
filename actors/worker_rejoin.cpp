#include "actors/worker.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/version.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <map>

/// The WORKER's part that is about its coordinator: what it says of itself when
/// it joins, and what it keeps until it has joined again. Running functions
/// notice nothing of it.
namespace troupe {

join_request worker_state::describe() {
  join_request result;
  result.name = options.name;
  result.incarnation_id = options.incarnation_id;
  result.version = product_version;
  result.roles = options.roles;
  result.slots = options.slots;
  result.labels = options.labels;
  result.offers = options.offers;
  for (const auto& x : options.functions->signatures())
    if (x.name != "exec" || options.permissions.exec)
      result.functions.push_back(
        {x.name, x.input_type, x.args_type, x.result_type, x.summary});
  result.held = take_stock();
  result.worker = caf::actor_cast<caf::actor>(self);
  result.zombies = zombies;
  return result;
}

/// Lists all leases. If they are too many, those go first that cost the least
/// to run again: what has not begun, then what has ended without an answer.
std::vector<held_lease> worker_state::take_stock() {
  // What has run becomes slices, so that they alone tell what is missing.
  for (auto& on : slots)
    if (on.current)
      collect(on);
  std::map<lease_id, held_lease> sent;
  for (const auto& [key, pending] : unanswered) {
    const auto& what = pending.what;
    held_lease made{what.lease, what.job, what.range, what.seq,
                    pending.attempt};
    auto [i, is_first] = sent.try_emplace(what.lease, made);
    if (!is_first)
      i->second.rest.end = what.range.end;
  }
  std::vector<held_lease> result;
  for (const auto& on : slots) {
    auto held = stock_of(on);
    if (!held)
      continue;
    if (auto i = sent.find(held->lease); i != sent.end()) {
      i->second.rest.end = std::max(i->second.rest.end, held->rest.end);
      held = i->second;
      sent.erase(i);
    }
    if (!held->rest.empty())
      result.push_back(*held);
  }
  for (const auto& [id, held] : sent)
    if (result.size() < limits::held_leases_max)
      result.push_back(held);
    else
      drop_lease(id);
  auto room = limits::held_leases_max - result.size();
  if (queue.size() > room)
    queue.erase(queue.begin() + static_cast<ptrdiff_t>(room), queue.end());
  for (const auto& x : queue)
    result.push_back({x.lease, x.job->header.job, x.range, 0, x.attempt});
  return result;
}

/// Returns what has not run of a slot's lease.
std::optional<held_lease> worker_state::stock_of(const slot& on) const {
  if (!on.current || on.revoked)
    return std::nullopt;
  return held_lease{on.current->lease, on.current->job->header.job,
                    on.block->remaining(), on.block->next_seq(),
                    on.current->attempt};
}

/// Gives a lease up that is not current any more, with all that came of it.
void worker_state::drop_lease(const lease_id& lease) {
  if (std::erase_if(queue, [&](const auto& x) { return x.lease == lease; }) > 0)
    start_leases(); // Those behind one that waited for more than a slot.
  for (auto& on : slots)
    if (on.current && !on.revoked && on.current->lease == lease)
      revoke(on);
  for (auto i = unanswered.lower_bound({lease, 0});
       i != unanswered.end() && i->first.first == lease;
       i = unanswered.lower_bound({lease, 0}))
    forget_slice(i->first);
}

void worker_state::attach(const attached& what) {
  scheduler = caf::actor_cast<scheduler_actor>(what.scheduler);
  membership = caf::actor_cast<membership_actor>(what.membership);
  // Another scheduler may use the same job ids for other jobs, and counts its
  // leases anew; the same one tells of its jobs again.
  granted_through = 0;
  jobs.clear();
  for (const auto& [key, pending] : unanswered)
    outbox.push_back(key);
  slices_sent_at = {}; // They wait for nothing.
  request_flush();
  // The join itself gave no credit: a grant could have overtaken its answer.
  if (!drain_until)
    self->send(scheduler,
               window_update{options.slots * options.room.tasks_per_slot,
                             options.room.input_bytes});
}

void worker_state::detach() {
  scheduler = nullptr;
  membership = nullptr;
  settle_arriving();
}

/// Takes in what is here already; the rest of it will never come.
void worker_state::settle_arriving() {
  pull.reset();
  while (!arriving.empty()) {
    auto whole = front_body()->is_inline();
    auto front = std::move(arriving.front());
    arriving.pop_front();
    if (!whole)
      continue; // Not listed in the next join, so it will run elsewhere.
    if (auto header = std::get_if<job_header>(&front))
      learn(*header);
    else
      enqueue(std::move(std::get<grant>(front)));
  }
  start_leases();
}

} // namespace troupe
