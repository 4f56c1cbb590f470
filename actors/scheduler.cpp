#include "actors/scheduler.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace troupe {

namespace {

/// Lease events that may wait for a message to the STORE to ride on.
constexpr size_t lease_events_waiting_max = 1024;

} // namespace

// -- events -------------------------------------------------------------------

void scheduler_state::add_worker(const worker_up& what) {
  dispatcher::worker_terms terms;
  terms.id = what.worker;
  terms.node = what.node;
  terms.slots = what.slots;
  terms.window_tasks = what.window_tasks;
  terms.window_bytes = what.window_bytes;
  terms.labels = what.labels;
  terms.offers = what.offers;
  for (const auto& function : what.functions)
    terms.functions.push_back(function.name);
  core->add_worker(terms);
  core->cordon(what.worker, what.cordoned);
  auto& who = peers[what.worker];
  if (who.handle)
    by_address.erase(who.handle.address());
  who.handle = caf::actor_cast<worker_actor>(what.handle);
  by_address[what.handle.address()] = what.worker;
  if (what.joined)
    rejoin(what, who);
  core->cordon(what.worker, what.cordoned);
  pursue_drain(what.worker);
  request_flush();
}

void scheduler_state::remove_worker(const worker_gone& what) {
  auto i = peers.find(what.worker);
  if (i == peers.end())
    return;
  for (auto& x : core->remove_worker(what.worker, self->clock().now()))
    to_bury.push_back(std::move(x));
  outgoing.drop_peer(what.worker);
  drains.erase(what.worker);
  by_address.erase(i->second.handle.address());
  peers.erase(i);
  request_flush();
}

void scheduler_state::judge_worker(const worker_health& what) {
  core->suspend(what.worker, what.suspect);
  request_flush();
}

void scheduler_state::audit(const worker_leases& what) {
  auto i = peers.find(what.worker);
  if (i == peers.end())
    return;
  core->tell_time(self->clock().now());
  auto current = core->leases().of_worker(what.worker);
  auto found = i->second.audit.check(current, what.held, what.through);
  if (found.behind) {
    grants nothing;
    for (const auto& id : current) // Adopted ones are not in their order.
      nothing.through = std::max(nothing.through, id.counter);
    self->send(i->second.handle, std::move(nothing));
  }
  for (const auto& id : found.lost) {
    options.log->warn(
      "scheduler", "revoked a lease that its worker does not know",
      {{"worker", std::to_string(what.worker)}, {"lease", to_string(id)}});
    core->revoke(id);
  }
  if (!found.lost.empty())
    request_flush();
}

void scheduler_state::remove_work(const unschedule& what) {
  std::map<worker_id, trim_leases> stops;
  core->tell_time(self->clock().now());
  for (auto job : what.jobs) {
    for (const auto& stopped : core->remove_job(job))
      stops[stopped.worker].items.push_back({stopped.lease, 0, true});
    events_due = events_due || core->lease_events() > 0;
    headers.erase(job);
    log_seqs.erase(job);
    only_records.erase(job);
    for (auto& [id, to] : peers)
      if (to.knows.erase(job) > 0)
        to.to_forget.push_back(job);
  }
  for (auto& [id, to] : peers) {
    if (auto i = stops.find(id); i != stops.end())
      self->send(to.handle, i->second);
    if (to.to_forget.size() < limits::jobs_to_forget_max)
      continue; // They ride on the next grants.
    self->send(to.handle, forget_jobs{std::move(to.to_forget)});
    to.to_forget.clear();
  }
  request_flush();
}

void scheduler_state::pause(const pause_job& what) {
  core->pause(what.job, what.paused);
  request_flush();
}

void scheduler_state::take_slices(const slices& what) {
  auto id = sender_id();
  if (!id) {
    // A worker that was told it is gone: let it forget.
    slice_answers refused;
    for (const auto& x : what.items)
      refused.items.push_back({x.lease, x.seq, false});
    if (auto to = caf::actor_cast<worker_actor>(self->current_sender()))
      self->send(to, std::move(refused));
    return;
  }
  auto& from = peers.at(*id);
  for (const auto& x : what.items) {
    if (auto ok = check(x); !ok)
      break_off(*id, from, x, ok.error().text);
    else
      from.inbox.push_back(x);
  }
  drain_inbox(*id, from);
}

void scheduler_state::take_frame(const frame& what) {
  auto id = sender_id();
  if (!id)
    return;
  auto& from = peers.at(*id);
  if (!from.pull || from.pull->transfer() != what.transfer)
    return;
  if (auto ok = from.pull->add(what); !ok) {
    auto bad = std::move(from.inbox.front());
    from.inbox.pop_front();
    from.pull.reset();
    break_off(*id, from, bad, ok.error().text);
  } else if (!from.pull->complete()) {
    for (const auto& request : from.pull->requests())
      self->send(from.handle, request);
    return;
  } else {
    self->send(from.handle, from.pull->done());
    auto& body = from.inbox.front().results;
    body.bytes = from.pull->take();
    body.transfer = 0;
    from.pull.reset();
  }
  drain_inbox(*id, from);
}

void scheduler_state::serve_frame(const frame_request& what) {
  if (auto id = sender_id())
    if (auto piece = outgoing.serve(*id, what))
      self->send(peers.at(*id).handle, *piece);
}

void scheduler_state::recorded(const store_accepted& what) {
  auto node = recording.extract(what.ticket);
  if (node.empty())
    return;
  auto now = self->clock().now();
  size_t position = 0;
  for (auto& [worker, done] : node.mapped()) {
    auto seq = what.seqs[position++];
    core->end_accept(done, now);
    if (auto i = peers.find(worker); i != peers.end())
      answer(i->second, done, true);
    if (!core->knows(done.job))
      continue;
    auto& last = log_seqs[done.job];
    if (last == 0) {
      std::vector<task_index> failed;
      for (const auto& task : done.failed)
        failed.push_back(task.index);
      only_records[done.job] = {seq, done.job, done.range, std::move(failed),
                                done.results.bytes};
    } else {
      only_records.erase(done.job);
    }
    last = seq;
  }
  request_flush();
}

void scheduler_state::trimmed(const trimmed_leases& what) {
  auto id = sender_id();
  if (!id)
    return;
  core->tell_time(self->clock().now());
  for (const auto& x : what.items) {
    // A worker hands a whole lease back when it does not know the job, because
    // the message with the header was lost: its next lease brings it again.
    if (auto held = core->leases().find(x.lease);
        held != nullptr && held->worker == *id && x.end <= held->range.begin)
      peers.at(*id).knows.erase(held->job);
    core->trimmed(*id, x.lease, x.end);
  }
  request_flush();
}

void scheduler_state::set_window(const window_update& what) {
  if (auto id = sender_id())
    core->set_window(*id, what.tasks, what.bytes);
  request_flush();
}

std::optional<worker_id> scheduler_state::sender_id() const {
  auto i =
    by_address.find(caf::actor_cast<caf::actor_addr>(self->current_sender()));
  if (i == by_address.end())
    return std::nullopt;
  return i->second;
}

// -- slices -------------------------------------------------------------------

void scheduler_state::drain_inbox(worker_id id, peer& from) {
  while (!from.inbox.empty() && !from.pull) {
    auto& front = from.inbox.front();
    // Only what will be accepted is worth pulling: a slice that was sent again
    // announces a body that is here already.
    if (!front.results.is_inline()
        && core->judge(id, front) == slice_verdict::accept) {
      auto sink = frame_sink::make(front.results, limits::job_result_bytes_max,
                                   "a slice");
      if (sink) {
        from.pull = std::move(*sink);
        for (const auto& request : from.pull->requests())
          self->send(from.handle, request);
        return;
      }
      auto bad = std::move(front);
      from.inbox.pop_front();
      break_off(id, from, bad, sink.error().text);
      continue;
    }
    auto next = std::move(front);
    from.inbox.pop_front();
    judge(id, from, std::move(next));
  }
  request_flush();
}

void scheduler_state::judge(worker_id id, peer& from, slice&& what) {
  switch (core->judge(id, what)) {
    case slice_verdict::accept: {
      for (auto& x : core->begin_accept(what, self->clock().now()))
        to_bury.push_back(std::move(x));
      to_record.push_back({id, std::move(what)});
      break;
    }
    case slice_verdict::duplicate:
      if (core->is_recorded(what.lease, what.range.end))
        answer(from, what, true);
      break;
    case slice_verdict::early: break;
    case slice_verdict::refused: answer(from, what, false); break;
    case slice_verdict::violation:
      break_off(id, from, what, "it does not continue its lease");
      break;
  }
}

void scheduler_state::break_off(worker_id id, peer& from, const slice& what,
                                const std::string& why) {
  options.log->warn("scheduler", "refused a slice and revoked its lease",
                    {{"worker", std::to_string(id)},
                     {"lease", to_string(what.lease)},
                     {"why", why}});
  if (auto held = core->leases().find(what.lease);
      held != nullptr && held->worker == id) {
    core->tell_time(self->clock().now());
    core->revoke(what.lease);
    self->send(from.handle, trim_leases{{{what.lease, 0, true}}});
  }
  answer(from, what, false);
  request_flush();
}

// -- decisions ----------------------------------------------------------------

void scheduler_state::request_flush() {
  if (flush_pending)
    return;
  flush_pending = true;
  self->send(self, flush_atom::value);
}

void scheduler_state::flush() {
  flush_pending = false;
  send_records();
  send_grants();
  send_steals();
  send_answers(false);
  send_reports();
  publish_failures();
  arm_timer();
}

void scheduler_state::tick() {
  ticks.woke();
  auto now = self->clock().now();
  if (answers_due && *answers_due <= now)
    send_answers(true);
  end_drains();
  flush();
}

void scheduler_state::send_records() {
  auto notes = core->take_notes();
  // Events ride with what they led to. Alone they leave when a job went, since
  // no more comes of it, or when there are many.
  events_due = events_due || core->lease_events() >= lease_events_waiting_max;
  if (to_record.empty() && to_bury.empty() && notes.setbacks.empty()
      && notes.fatals.empty() && !events_due)
    return;
  events_due = false;
  store_accept batch;
  batch.leases = core->take_lease_events();
  batch.ticket = ++last_ticket;
  batch.setbacks = std::move(notes.setbacks);
  batch.fatals = std::move(notes.fatals);
  batch.dead = std::move(to_bury);
  batch.records.reserve(to_record.size());
  for (const auto& [worker, what] : to_record) {
    accept_record record;
    record.job = what.job;
    record.range = what.range;
    for (const auto& task : what.failed)
      record.failed.push_back(task.index);
    record.results = what.results.bytes;
    batch.records.push_back(std::move(record));
  }
  recording.emplace(batch.ticket, std::move(to_record));
  to_record.clear();
  to_bury.clear();
  self->send(options.store, std::move(batch));
}

void scheduler_state::send_grants() {
  std::map<worker_id, grants> messages;
  std::map<worker_id, size_t> bytes;
  for (auto& x : core->dispatch(self->clock().now())) {
    auto& message = messages[x.worker];
    auto& size = bytes[x.worker];
    if (size + x.inputs.size() > limits::frame_bytes_max) {
      self->send(peers.at(x.worker).handle, std::move(message));
      message = {};
      size = 0;
    }
    size += x.inputs.size();
    if (peers.at(x.worker).knows.insert(x.job).second)
      message.jobs.push_back(header_for(x.worker, x.job));
    message.through = x.lease.counter;
    message.items.push_back({x.lease, x.job, x.range, x.attempt,
                             outgoing.offer(x.worker, std::move(x.inputs))});
  }
  for (auto& [worker, message] : messages) {
    auto& to = peers.at(worker);
    message.answers = std::move(to.answers);
    message.forget = std::move(to.to_forget);
    to.answers.clear();
    to.to_forget.clear();
    to.answered_bytes = 0;
    self->send(to.handle, std::move(message));
  }
}

/// Slots idle elsewhere: what these leases have not begun can run there.
void scheduler_state::send_steals() {
  std::map<worker_id, trim_leases> messages;
  for (const auto& x : core->take_steals())
    messages[x.worker].items.push_back({x.lease, x.end});
  for (auto& [worker, message] : messages)
    self->send(peers.at(worker).handle, std::move(message));
}

job_header scheduler_state::header_for(worker_id worker, job_id job) {
  auto result = headers.at(job);
  result.args = outgoing.offer(worker, result.args.bytes);
  return result;
}

void scheduler_state::answer(peer& to, const slice& what, bool accepted) {
  to.answers.push_back({what.lease, what.seq, accepted});
  to.answered_bytes += what.results.size + sizeof(slice);
}

/// A worker works on without its answers, so they may wait a little for a
/// grant to ride on: a message of their own would wake its process for nothing.
void scheduler_state::send_answers(bool all) {
  auto waiting = false;
  for (auto& [id, to] : peers) {
    if (to.answers.empty())
      continue;
    if (!all && to.answered_bytes < limits::answered_bytes_max) {
      waiting = true;
      continue;
    }
    self->send(to.handle, slice_answers{std::move(to.answers)});
    to.answers.clear();
    to.answered_bytes = 0;
  }
  if (!waiting)
    answers_due.reset();
  else if (!answers_due)
    answers_due = self->clock().now() + limits::answer_delay;
}

void scheduler_state::send_reports() {
  progress_report message;
  for (const auto& x : core->take_reports()) {
    job_progress item;
    item.job = x.job;
    item.tasks = x.tasks;
    item.succeeded = x.succeeded;
    item.dead = x.dead;
    item.running = x.leased;
    item.attempts = x.attempts;
    item.all_ended = x.all_ended;
    item.fatal = x.fatal;
    item.first_dead = x.first_dead;
    item.stuck = x.stuck;
    if (auto i = log_seqs.find(x.job); i != log_seqs.end())
      item.log_seq = i->second;
    if (auto i = only_records.find(x.job);
        x.all_ended && i != only_records.end())
      item.only.push_back(i->second);
    message.items.push_back(std::move(item));
  }
  if (!message.items.empty())
    self->send(coordinator, std::move(message));
}

void scheduler_state::arm_timer() {
  if (auto due = core->next_due())
    wake_at(*due);
  if (auto due = core->failure_news_due())
    wake_at(*due);
  if (answers_due)
    wake_at(*answers_due);
  arm_drains();
}

void scheduler_state::wake_at(time_point when) {
  if (!ticks.arm(when))
    return;
  auto wait = std::max(when - self->clock().now(), duration::zero());
  self->delayed_send(self, wait, tick_atom::value);
}

scheduler_actor::behavior_type scheduler(scheduler_state::self_pointer self,
                                         scheduler_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.core = std::make_unique<dispatcher>(
    state.options.term, make_seeded_random(state.options.seed));
  harden(self, state.options.log);
  self->send(state.options.membership, follow_atom::value);
  self->send(state.options.membership, follow_health_atom::value);
  return observed<scheduler_actor>(
    self, {
            [&state](const worker_up& x) { state.add_worker(x); },
            [&state](const worker_gone& x) { state.remove_worker(x); },
            [&state](const worker_health& x) { state.judge_worker(x); },
            [&state](const worker_leases& x) { state.audit(x); },
            [&state](const worker_cordon& x) { state.cordon(x); },
            [&state](const explain_task& x) { return state.explain(x); },
            [&state](const list_tasks& x) { return state.list(x); },
            [&state](const list_shares& x) { return state.shares(x); },
            [&state](show_load_atom) { return state.load(); },
            [&state](const schedule& x) { state.add_work(x); },
            [&state](const unschedule& x) { state.remove_work(x); },
            [&state](const pause_job& x) { state.pause(x); },
            [&state](const store_accepted& x) { state.recorded(x); },
            [&state](const slices& x) { state.take_slices(x); },
            [&state](const trimmed_leases& x) { state.trimmed(x); },
            [&state](const window_update& x) { state.set_window(x); },
            [&state](const frame_request& x) { state.serve_frame(x); },
            [&state](const frame& x) { state.take_frame(x); },
            [&state](flush_atom) { state.flush(); },
            [&state](tick_atom) { state.tick(); },
          });
}

} // namespace troupe
