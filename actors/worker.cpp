#include "actors/worker.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/version.hpp"
#include "runtime/wire/slice_collector.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace troupe {

namespace {

/// Slices that may wait for others to be sent with.
constexpr size_t slices_held_max = 64;

/// Nobody sees the results of a job that is merged before it has ended, and the
/// end of a lease waits for nothing: so the first of them may wait for others
/// longer than `limits::slice_age_max`.
constexpr std::chrono::milliseconds merged_slice_age_max{10};

} // namespace

worker_state::~worker_state() {
  for (auto& on : slots)
    if (on.current)
      on.block->stop();
}

// -- grants -------------------------------------------------------------------

void worker_state::take_grants(const grants& what) {
  if (!what.answers.empty())
    take_answers({what.answers});
  for (auto job : what.forget)
    jobs.erase(job);
  if (!scheduler)
    return; // Of one that is lost; the next one would not know of them.
  for (const auto& job : what.jobs)
    arriving.emplace_back(job);
  for (const auto& x : what.items)
    arriving.emplace_back(x);
  granted_through = std::max(granted_through, what.through);
  drain_inbound();
}

void worker_state::drain_inbound() {
  while (!arriving.empty() && !pull) {
    auto header = std::get_if<job_header>(&arriving.front());
    auto limit =
      (header != nullptr ? limits::args_bytes_max : limits::input_bytes_max)
      + limits::packed_overhead_bytes_max;
    if (auto body = front_body(); !body->is_inline()) {
      if (pull_body(*body, limit, header != nullptr ? "arguments" : "inputs"))
        return;
      arriving.pop_front(); // Its tasks come back when the lease is revoked.
      continue;
    }
    auto front = std::move(arriving.front());
    arriving.pop_front();
    if (auto x = std::get_if<job_header>(&front))
      learn(*x);
    else
      enqueue(std::move(std::get<grant>(front)));
  }
  start_leases();
}

body* worker_state::front_body() {
  if (auto header = std::get_if<job_header>(&arriving.front()))
    return &header->args;
  return &std::get<grant>(arriving.front()).inputs;
}

bool worker_state::pull_body(body& what, size_t bytes_max,
                             const char* of_what) {
  auto sink = frame_sink::make(what, bytes_max, of_what);
  if (!sink) {
    options.log->error("worker", "refused what the scheduler sent",
                       {{"why", sink.error().text}});
    if (auto x = std::get_if<grant>(&arriving.front()))
      hand_back(x->lease, x->range.begin);
    return false;
  }
  pull = std::move(*sink);
  for (const auto& request : pull->requests())
    self->send(scheduler, request);
  return true;
}

void worker_state::take_frame(const frame& what) {
  if (!pull || pull->transfer() != what.transfer)
    return;
  if (auto ok = pull->add(what); !ok) {
    options.log->error("worker", "refused a frame of the scheduler",
                       {{"why", ok.error().text}});
    if (auto x = std::get_if<grant>(&arriving.front()))
      hand_back(x->lease, x->range.begin);
    arriving.pop_front();
    pull.reset();
  } else if (!pull->complete()) {
    for (const auto& request : pull->requests())
      self->send(scheduler, request);
    return;
  } else {
    self->send(scheduler, pull->done());
    auto body = front_body();
    body->bytes = pull->take();
    body->transfer = 0;
    pull.reset();
  }
  drain_inbound();
}

void worker_state::learn(const job_header& header) {
  auto job = std::make_shared<runner_job>();
  job->header = header;
  job->registry = options.functions;
  job->what = options.functions->find(header.function);
  job->permissions = options.permissions;
  jobs[header.job] = std::move(job);
}

void worker_state::enqueue(grant&& what) {
  auto job = jobs.find(what.job);
  if (job == jobs.end() || drain_until
      || !could_run(what, job->second->header)) {
    hand_back(what.lease, what.range.begin);
    return;
  }
  queue.push_back({job->second, nullptr, what.lease, what.range, what.attempt,
                   std::move(what.inputs.bytes), self->clock().now()});
}

bool worker_state::could_run(const grant& what, const job_header& job) const {
  if (resources.can_ever_fit(job.needs))
    return true;
  options.log->error("worker", "handed a lease back that needs too much",
                     {{"lease", to_string(what.lease)},
                      {"job", std::to_string(what.job)},
                      {"needs", to_string(job.needs)},
                      {"offers", to_string(resources.whole())}});
  return false;
}

void worker_state::start_leases() {
  for (auto& on : slots) {
    while (on.runner && !on.current && !queue.empty()) {
      // Who needs much would wait for ever if those behind went first.
      if (!resources.fits(queue.front().job->header.needs))
        return;
      auto next = std::move(queue.front());
      queue.pop_front();
      if (!start(on, std::move(next)))
        continue;
    }
  }
}

bool worker_state::start(slot& on, run_lease&& what) {
  const auto& header = what.job->header;
  auto type = what.job->what == nullptr ? std::string{"null"}
                                        : what.job->what->signature.result_type;
  auto collector = make_slice_collector(header.reducer, type, header.stream);
  if (!collector) {
    // The coordinator checks this before it schedules; tasks then fail one by
    // one with the sentence of the runner instead.
    options.log->error(
      "worker", "cannot reduce the results of a job",
      {{"job", std::to_string(header.job)}, {"why", collector.error().text}});
    hand_back(what.lease, what.range.begin);
    return false;
  }
  // A new block for each lease: a runner that is stuck in an old one can never
  // touch the new one.
  on.block = std::make_shared<slot_block>();
  on.block->begin(what.lease, what.range, std::move(*collector));
  if (paused)
    on.block->pause();
  what.slot = on.block;
  resources.take(header.needs);
  on.revoked = false;
  on.stop_asked_at.reset();
  self->send(on.runner, what);
  on.current = std::move(what);
  arm_timeout_timer();
  return true;
}

// -- results ------------------------------------------------------------------

void worker_state::take_report(const runner_report& what) {
  if (what.slot >= slots.size())
    return;
  auto& from = slots[what.slot];
  if (!from.current || from.current->lease != what.lease)
    return;
  switch (what.what) {
    case runner_event::output_waits:
      arm_flush_timer(from.current->job->header.stream ? limits::slice_age_max
                                                       : merged_slice_age_max);
      break;
    case runner_event::output_full: collect(from); break;
    case runner_event::stopped:
      collect(from);
      if (from.block->finished())
        end_lease(from);
      break;
  }
}

void worker_state::end_lease(slot& on) {
  resources.give_back(on.current->job->header.needs);
  on.current.reset();
  start_leases();
  finish_drain();
}

void worker_state::collect(slot& from) {
  auto output = from.block->take();
  if (!output || from.revoked)
    return;
  pending_slice made;
  made.bytes = output->results.size() + sizeof(slice);
  made.attempt = from.current->attempt;
  made.what.lease = from.current->lease;
  made.what.job = from.current->job->header.job;
  made.what.seq = output->seq;
  made.what.range = output->range;
  made.what.failed = std::move(output->failed);
  made.what.results = outgoing.offer(0, blob{std::move(output->results)});
  made.what.busy_ns = output->busy_ns;
  made.what.fatal = std::move(output->fatal);
  made.what.waited_us = output->waited_us(from.current->arrived_at);
  made.what.took_us = output->took_us();
  unanswered_bytes += made.bytes;
  outbox_bytes += made.bytes;
  slice_key key{made.what.lease, made.what.seq};
  unanswered.emplace(key, std::move(made));
  outbox.push_back(key);
  balance_memory();
  if (!paused)
    resume(from); // It waits when its output was not taken for too long.
  request_flush();
}

void worker_state::request_flush() {
  if (flush_pending)
    return;
  flush_pending = true;
  self->send(self, flush_atom::value);
}

void worker_state::flush() {
  flush_pending = false;
  if (scheduler && may_hold_slices())
    arm_flush_timer(limits::slice_age_max);
  else
    send_outbox();
}

/// While all slots are busy one message a millisecond is enough: the scheduler
/// would have to handle each, and what is sent together is recorded, answered
/// and told together. A slot that idles waits for nothing.
bool worker_state::may_hold_slices() const {
  auto is_busy = [](const slot& on) { return on.current.has_value(); };
  return !paused && self->clock().now() - slices_sent_at < limits::slice_age_max
         && outbox.size() < slices_held_max
         && outbox_bytes < limits::slice_bytes_flush
         && std::all_of(slots.begin(), slots.end(), is_busy);
}

void worker_state::send_outbox() {
  if (!scheduler) {
    outbox.clear(); // Everything unanswered is sent again after `attached`.
    outbox_bytes = 0;
    return;
  }
  slices message;
  size_t bytes = 0;
  for (const auto& key : outbox) {
    auto i = unanswered.find(key);
    if (i == unanswered.end())
      continue;
    i->second.sent_at = self->clock().now();
    auto size = i->second.what.results.bytes.size();
    if (bytes + size > limits::frame_bytes_max) {
      send_slices(std::move(message));
      message = {};
      bytes = 0;
    }
    bytes += size;
    message.items.push_back(i->second.what);
  }
  outbox.clear();
  outbox_bytes = 0;
  if (!message.items.empty()) {
    send_slices(std::move(message));
    slices_sent_at = self->clock().now();
  }
  arm_retry_timer();
}

void worker_state::send_slices(slices&& message) {
  auto fate = faults.next(self->clock().now());
  if (fate.lost)
    return; // As on the wire: they are sent again when no answer comes.
  if (fate.delay > std::chrono::milliseconds{0})
    self->delayed_send(scheduler, fate.delay, std::move(message));
  else
    self->send(scheduler, std::move(message));
}

void worker_state::disturb(const disturb_slices& what) {
  faults.begin({what.share, what.delay}, self->clock().now() + what.time);
}

void worker_state::take_answers(const slice_answers& what) {
  for (const auto& x : what.items) {
    forget_slice({x.lease, x.seq});
    if (!x.accepted)
      drop_lease(x.lease); // Nobody takes the rest of it either.
  }
  balance_memory();
  finish_drain();
}

void worker_state::forget_slice(const slice_key& key) {
  auto i = unanswered.find(key);
  if (i == unanswered.end())
    return;
  unanswered_bytes -= i->second.bytes;
  outgoing.drop(i->second.what.results.transfer);
  unanswered.erase(i);
}

/// Pauses the runners while too much is unanswered (I4).
void worker_state::balance_memory() {
  auto over = unanswered_bytes > options.room.unanswered_bytes;
  if (over == paused)
    return;
  paused = over;
  for (auto& on : slots) {
    if (!on.current)
      continue;
    if (over)
      on.block->pause();
    else
      resume(on);
  }
}

void worker_state::resume(slot& on) {
  if (on.block->resume() && on.runner)
    self->send(on.runner, *on.current);
}

void worker_state::serve_frame(const frame_request& what) {
  // A transfer is forgotten with its slice, not when the scheduler has it:
  // the slice may have to be sent again.
  if (what.bytes == 0 || !scheduler)
    return;
  if (auto piece = outgoing.serve(0, what))
    self->send(scheduler, *piece);
}

// -- timers -------------------------------------------------------------------

/// A timer that an earlier one has overtaken still comes: it finds nothing, or
/// sends what waits a little early.
void worker_state::arm_flush_timer(duration age) {
  auto due = self->clock().now() + age;
  if (flush_due && *flush_due <= due)
    return;
  flush_due = due;
  self->delayed_send(self, age, tick_atom::value);
}

void worker_state::tick() {
  flush_due.reset();
  for (auto& on : slots)
    if (on.current)
      collect(on);
  if (!outbox.empty())
    request_flush();
}

void worker_state::arm_retry_timer() {
  if (retry_timer_armed || unanswered.empty())
    return;
  retry_timer_armed = true;
  self->delayed_send(self, limits::slice_resend_after, retry_atom::value);
}

void worker_state::retry() {
  retry_timer_armed = false;
  auto now = self->clock().now();
  for (const auto& [key, pending] : unanswered)
    if (now - pending.sent_at >= limits::slice_resend_after)
      outbox.push_back(key);
  if (drain_until && now >= *drain_until)
    hand_back_running();
  send_outbox();
}

// -- control ------------------------------------------------------------------

void worker_state::trim(const trim_leases& what) {
  trimmed_leases answer;
  for (const auto& x : what.items) {
    auto waiting = std::find_if(queue.begin(), queue.end(),
                                [&](auto& q) { return q.lease == x.lease; });
    if (waiting != queue.end()) {
      auto end = std::max(x.stop ? 0 : x.end, waiting->range.begin);
      if (end == waiting->range.begin)
        queue.erase(waiting);
      else
        waiting->range.end = std::min(end, waiting->range.end);
      answer.items.push_back({x.lease, end});
      continue;
    }
    for (auto& on : slots) {
      if (!on.current || on.current->lease != x.lease)
        continue;
      if (x.stop)
        revoke(on);
      else
        answer.items.push_back({x.lease, on.block->trim(x.end)});
    }
  }
  if (!answer.items.empty() && scheduler)
    self->send(scheduler, std::move(answer));
  start_leases(); // Those behind one that waited for more than a slot.
}

void worker_state::revoke(slot& on) {
  on.revoked = true;
  on.stop_asked_at = self->clock().now();
  on.block->stop();
  arm_timeout_timer();
  // A runner that had given up claiming because of a pause must come back to
  // see the stop.
  if (on.block->resume() && on.runner)
    self->send(on.runner, *on.current);
}

void worker_state::forget(const forget_jobs& what) {
  for (auto job : what.jobs)
    jobs.erase(job);
}

// -- failure detection --------------------------------------------------------

heartbeat worker_state::measure() const {
  heartbeat result;
  result.incarnation_id = options.incarnation_id;
  result.queued = static_cast<uint32_t>(queue.size());
  result.unanswered_bytes = unanswered_bytes;
  result.through = granted_through;
  for (const auto& on : slots) {
    if (!on.current)
      continue;
    ++result.busy;
    if (!on.revoked)
      result.held.push_back(on.current->lease);
    if (auto at = on.block->started_at())
      result.oldest_us =
        std::max(result.oldest_us,
                 static_cast<uint64_t>(
                   std::chrono::duration_cast<std::chrono::microseconds>(
                     self->clock().now() - *at)
                     .count()));
  }
  for (const auto& x : queue)
    result.held.push_back(x.lease);
  for (const auto& x : arriving)
    if (auto lease = std::get_if<grant>(&x))
      result.held.push_back(lease->lease);
  for (const auto& [key, pending] : unanswered)
    if (result.held.empty() || result.held.back() != key.first)
      result.held.push_back(key.first);
  if (result.held.size() > limits::heartbeat_leases_max) {
    result.held.clear();
    result.complete = false;
  }
  return result;
}

void worker_state::renew(const renew_worker& what) {
  options.incarnation_id = what.incarnation_id;
  for (auto& on : slots)
    if (on.current && !on.revoked)
      revoke(on);
  queue.clear();
  arriving.clear();
  pull.reset();
  while (!unanswered.empty())
    forget_slice(unanswered.begin()->first);
  outbox.clear();
  outbox_bytes = 0;
  balance_memory();
  finish_drain();
}

// -- drain --------------------------------------------------------------------

caf::result<bool> worker_state::drain(uint64_t timeout_ms) {
  auto promise = self->make_response_promise<bool>();
  drained = promise;
  drain_until = self->clock().now() + std::chrono::milliseconds{timeout_ms};
  if (scheduler)
    self->send(scheduler, window_update{0, 0});
  for (const auto& x : queue)
    hand_back(x.lease, x.range.begin);
  queue.clear();
  for (auto& on : slots)
    if (on.current && !on.revoked)
      hand_back(on.current->lease, on.block->trim(0));
  self->delayed_send(self, std::chrono::milliseconds{timeout_ms},
                     retry_atom::value);
  finish_drain();
  return promise;
}

void worker_state::hand_back(const lease_id& lease, task_index end) {
  if (scheduler)
    self->send(scheduler, trimmed_leases{{{lease, end}}});
}

void worker_state::hand_back_running() {
  for (auto& on : slots) {
    if (!on.current || on.revoked)
      continue;
    collect(on);
    hand_back(on.current->lease, on.block->remaining().begin);
    revoke(on);
  }
  flush();
  if (drained) {
    drained->deliver(false);
    drained.reset();
  }
}

bool worker_state::idle() const {
  auto busy = [](const slot& x) { return x.current && !x.revoked; };
  return queue.empty() && unanswered.empty()
         && std::none_of(slots.begin(), slots.end(), busy);
}

void worker_state::finish_drain() {
  if (!drained || !idle())
    return;
  drained->deliver(true);
  drained.reset();
}

worker_actor::behavior_type worker(worker_state::self_pointer self,
                                   worker_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  harden(self, state.options.log);
  state.slots.resize(state.options.slots);
  state.resources = {state.options.offers, state.options.slots};
  return observed<worker_actor>(
    self, {
            [&state](const grants& x) { state.take_grants(x); },
            [&state](const slice_answers& x) { state.take_answers(x); },
            [&state](const trim_leases& x) { state.trim(x); },
            [&state](const forget_jobs& x) { state.forget(x); },
            [&state](const frame_request& x) { state.serve_frame(x); },
            [&state](const frame& x) { state.take_frame(x); },
            [&state](ping_atom) { return state.options.incarnation_id; },
            [&state](const describe_worker&) { return state.describe(); },
            [&state](const measure_worker&) { return state.measure(); },
            [&state](const renew_worker& x) { state.renew(x); },
            [&state](const disturb_slices& x) { state.disturb(x); },
            [&state](const attached& x) { state.attach(x); },
            [&state](const detached_from_cluster&) { state.detach(); },
            [&state](const runner_report& x) { state.take_report(x); },
            [&state](const runner_up& x) { state.use(x); },
            [&state](const use_runners& x) {
              state.runners = caf::actor_cast<supervisor_actor>(x.runners);
            },
            [&state](const zombies_changed& x) { state.note_zombies(x); },
            [&state](drain_atom, uint64_t ms) { return state.drain(ms); },
            [&state](flush_atom) { state.flush(); },
            [&state](tick_atom) { state.tick(); },
            [&state](retry_atom) { state.retry(); },
            [&state](timeout_atom) { state.expire_attempts(); },
          });
}

} // namespace troupe
