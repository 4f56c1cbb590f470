#include "actors/coordinator.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/wire/admission.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace troupe {

namespace {

/// Names of nodes that are kept for traces: of workers that are up or were.
constexpr size_t node_names_max = 4096;

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

} // namespace

// -- submit -------------------------------------------------------------------

void coordinator_state::submit(const submit_jobs& what) {
  submission pending;
  pending.client = sender();
  pending.ticket = what.ticket;
  pending.replies.ticket = what.ticket;
  pending.replies.items.resize(what.items.size());
  for (size_t i = 0; i < what.items.size(); ++i) {
    const auto& item = what.items[i];
    if (auto ok = admit_submission(item); !ok) {
      pending.replies.items[i].why = std::move(ok.error());
      continue;
    }
    pending.asked.push_back(pending.items.size());
    pending.items.push_back(item);
    pending.items.back().closed =
      item.closed || item.spec.inputs != input_kind::chunks;
    pending.positions.push_back(i);
  }
  if (pending.items.empty()) {
    self->send(pending.client, std::move(pending.replies));
    return;
  }
  pending.stored.resize(pending.items.size());
  put(std::move(pending));
}

/// Has those items stored that are asked for.
void coordinator_state::put(submission&& what) {
  store_put_jobs message;
  message.ticket = ++last_ticket;
  auto now_us = static_cast<uint64_t>(options.wall->now_us());
  for (auto i : what.asked) {
    const auto& item = what.items[i];
    auto known = functions.find(item.spec.function);
    message.items.push_back(
      {item.spec, item.inputs.bytes, item.closed, now_us,
       known == functions.end() ? std::string{} : known->second.result_type,
       item.near});
  }
  submissions.emplace(message.ticket, std::move(what));
  self->send(options.store, std::move(message));
}

/// Puts what the full store refused once more, if room could be made for it.
bool coordinator_state::put_again(submission& what) {
  what.asked.clear();
  size_t bytes = 0;
  for (size_t i = 0; i < what.items.size(); ++i)
    if (what.stored[i].why.code == errc::store_full) {
      what.asked.push_back(i);
      bytes +=
        what.items[i].inputs.bytes.size() + what.items[i].spec.args.size();
    }
  if (what.asked.empty() || !make_room(bytes))
    return false;
  put(std::move(what));
  return true;
}

result<void>
coordinator_state::admit_submission(const submit_item& what) const {
  if (draining)
    return fail(errc::draining, "the coordinator is shutting down and takes "
                                "no new jobs");
  if (auto ok = check(what); !ok)
    return ok;
  if (auto ok = validate(what.spec); !ok)
    return ok;
  if (!what.inputs.is_inline())
    return fail(errc::protocol_violation,
                "the first inputs must ride in the submit");
  if (auto ok = check_inputs(what.inputs.bytes, 0, options.input_bytes_max);
      !ok)
    return ok;
  auto known = functions.find(what.spec.function);
  if (known != functions.end()) {
    if (auto type = troupe::admit(what.spec, known->second); !type)
      return tl::unexpected{std::move(type.error())};
    return {};
  }
  if (workers.empty())
    return {}; // Nobody could know it yet: the job waits for a worker.
  std::vector<std::string> names;
  for (const auto& [key, info] : functions)
    names.push_back(key);
  return fail(errc::unknown_function,
              "no node offers the function \"" + what.spec.function + "\""
                + did_you_mean(what.spec.function, names));
}

void coordinator_state::stored_jobs(const store_put_jobs_done& what) {
  if (stored_rerun(what))
    return;
  auto node = submissions.extract(what.ticket);
  if (node.empty())
    return;
  auto& pending = node.mapped();
  for (size_t i = 0; i < what.items.size() && i < pending.asked.size(); ++i)
    pending.stored[pending.asked[i]] = what.items[i];
  if (put_again(pending))
    return;
  auto urgent = pending.items.size() != pending.replies.items.size();
  schedule message;
  for (size_t i = 0; i < pending.items.size(); ++i) {
    const auto& stored = pending.stored[i];
    auto& reply = pending.replies.items[pending.positions[i]];
    reply = {stored.job, stored.why, stored.existed};
    if (stored.why.code != errc::ok)
      reply.job = 0;
    else
      create(pending.items[i], pending.client, stored, message);
    const auto& item = pending.items[i];
    // Results must not overtake the news which job they are of.
    urgent = urgent || reply.job == 0 || reply.existed || !item.quiet
             || !item.watch || item.spec.options.stream;
  }
  if (!message.jobs.empty())
    send_schedule(std::move(message));
  if (urgent) {
    self->send(pending.client, std::move(pending.replies));
    return;
  }
  held.push_back({pending.client, std::move(pending.replies)});
  arm_timer();
}

job_id coordinator_state::create(const submit_item& what,
                                 const client_actor& client,
                                 const store_put_jobs_done::item& stored,
                                 schedule& out) {
  auto id = stored.job;
  auto [i, added] = jobs.try_emplace(id);
  auto& entry = i->second;
  if (added) {
    const auto& spec = what.spec;
    entry.spec = spec;
    entry.submitted_at = self->clock().now();
    entry.stored_at = entry.submitted_at;
    entry.owner = client.address();
    entry.status.id = id;
    entry.status.name = spec.name;
    entry.status.function = spec.function;
    entry.status.reducer = spec.reducer;
    entry.status.state = what.closed ? job_state::running : job_state::open;
    if (auto known = functions.find(spec.function); known != functions.end()) {
      entry.function_type = known->second.result_type;
      if (auto type = troupe::admit(spec, known->second))
        entry.status.result_type = *type;
    }
    auto tasks = spec.inputs == input_kind::chunks
                   ? uint64_t{0}
                   : task_count(spec.inputs, spec.range);
    entry.status.tasks = tasks + stored.added.size();
    set_deadline(id, entry);
    schedule_job more;
    more.job = id;
    more.header = header_of(id, spec);
    more.options = spec.options;
    more.tasks = tasks;
    out.jobs.push_back(std::move(more));
    if (spec.inputs == input_kind::chunks)
      out.inputs.push_back(
        {id, stored.added, what.inputs.bytes, what.closed, what.near});
    ++unfinished;
    publish(event_kind::job_state, entry);
  }
  if (what.watch) {
    if (added && what.spec.options.stream) {
      entry.reader = stream_to{caf::actor_cast<caf::actor>(client),
                               limits::client_result_window_bytes};
      set_reader(id, entry);
    }
    entry.watchers.insert(client);
    if (!added && is_terminal(entry.status.state))
      tell(client, {status_of(entry), false, {}});
  }
  if (lacks_reader(entry)) {
    attention.insert(id);
    arm_timer();
  }
  if (what.watch || !what.closed)
    if (monitored.insert(client.address()).second)
      self->monitor(client);
  return id;
}

job_header coordinator_state::header_of(job_id id, const job_spec& spec) const {
  job_header header;
  header.job = id;
  header.function = spec.function;
  header.reducer = spec.reducer;
  header.input_type = spec.input_type;
  header.args_type = spec.args_type;
  header.args.bytes = spec.args;
  header.args.size = spec.args.size();
  header.inputs = spec.inputs;
  header.range = spec.range;
  header.stream = spec.options.stream;
  header.result_bytes_max = options.result_bytes_max;
  header.task_timeout_ms = spec.options.task_timeout_ms;
  header.needs = spec.options.needs;
  return header;
}

// -- progress -----------------------------------------------------------------

void coordinator_state::progress(const progress_report& what) {
  for (const auto& x : what.items)
    if (auto i = jobs.find(x.job);
        i != jobs.end() && !is_terminal(i->second.status.state))
      advance(x.job, i->second, x);
  arm_timer();
}

void coordinator_state::advance(job_id id, job& of, const job_progress& what) {
  auto& status = of.status;
  status.succeeded = what.succeeded;
  status.dead = what.dead;
  status.running = what.running;
  status.attempts = what.attempts;
  of.stuck = what.stuck;
  of.watchers_behind = true;
  attention.insert(id);
  auto grew = what.log_seq > of.log_seq;
  of.log_seq = std::max(of.log_seq, what.log_seq);
  if (of.end)
    return;
  if (what.fatal.code != errc::ok) {
    auto why = to_string(what.fatal);
    if (!what.first_dead.empty())
      why += "; the first: " + what.first_dead;
    begin_end(id, of, {job_state::failed, std::move(why)});
    return;
  }
  if (!what.all_ended) {
    if (grew)
      drive_merger(id, of);
    return;
  }
  status.running = 0;
  ending how;
  if (what.dead > 0) {
    how.state = job_state::failed;
    how.reason =
      std::to_string(what.dead) + " of " + std::to_string(status.tasks)
      + " tasks failed; the first: "
      + (what.first_dead.empty() ? "see its dead letters" : what.first_dead);
  } else if (what.succeeded < what.tasks) {
    how.state = job_state::failed; // It was resumed after it had failed early.
    how.reason = std::to_string(what.tasks - what.succeeded) + " of "
                 + std::to_string(status.tasks)
                 + " tasks were cancelled when the job failed before";
  }
  // The results of a streamed job wait for its reader, however few they are.
  auto inlined = !what.only.empty() && !of.spec.options.stream;
  if (of.merges || (what.log_seq > 0 && !inlined)) {
    begin_end(id, of, std::move(how));
  } else {
    of.end = std::move(how);
    merge_inline(id, of, what.only);
  }
}

// -- workers ------------------------------------------------------------------

void coordinator_state::add_worker(const worker_up& what) {
  workers[what.worker] = what.functions;
  name_worker(what.worker, what.node);
  for (const auto& info : what.functions)
    functions.insert_or_assign(info.name, info);
  store_note_functions message;
  for (auto& [id, entry] : jobs) {
    if (is_terminal(entry.status.state) || !entry.status.result_type.empty())
      continue;
    auto known = functions.find(entry.spec.function);
    if (known == functions.end())
      continue;
    // A job from before the first worker: its function is known only now.
    if (auto type = troupe::admit(entry.spec, known->second)) {
      entry.status.result_type = *type;
      entry.function_type = known->second.result_type;
      message.items.push_back({id, entry.function_type});
    } else {
      begin_end(id, entry, {job_state::failed, to_string(type.error())});
    }
  }
  if (!message.items.empty())
    self->send(options.store, std::move(message));
}

/// Forgets the names of those that are gone first, the oldest before.
void coordinator_state::name_worker(worker_id worker, const std::string& node) {
  node_names[worker] = node;
  for (auto i = node_names.begin();
       i != node_names.end() && node_names.size() > node_names_max;)
    i = workers.contains(i->first) ? std::next(i) : node_names.erase(i);
}

void coordinator_state::remove_worker(const worker_gone& what) {
  workers.erase(what.worker);
}

job_status coordinator_state::status_of(const job& of) const {
  auto result = of.status;
  if (is_terminal(result.state))
    return result;
  result.seconds_us = microseconds(self->clock().now() - of.submitted_at);
  result.reason = waiting_reason(of);
  return result;
}

std::string coordinator_state::waiting_reason(const job& of) const {
  const auto& status = of.status;
  auto left = status.tasks - status.succeeded - status.dead;
  if (status.running > 0 || left == 0)
    return status.state == job_state::open ? "waits for more inputs" : "";
  if (workers.empty())
    return "waits for a worker: none has joined";
  for (const auto& [id, offered] : workers)
    for (const auto& info : offered)
      if (info.name == of.spec.function)
        return of.stuck.empty()
                 ? "waits for a free slot or for the next attempt"
                 : "waits: " + of.stuck;
  std::vector<std::string> names;
  for (const auto& [key, info] : functions)
    names.push_back(key);
  return "waits: no worker that is up offers the function \"" + of.spec.function
         + "\"" + did_you_mean(of.spec.function, names);
}

// -- clients that go, time, shutdown ------------------------------------------

/// A store that has just ended is no sibling any more, or ends now: whatever
/// it is asked, no answer comes, and the supervisor waits for the start.
caf::result<void> coordinator_state::begin() {
  if (options.store) {
    self->monitor(options.store);
    return load();
  }
  self->quit(no_store());
  return no_store();
}

caf::error coordinator_state::no_store() {
  return to_caf({errc::start_failed, "the store ended before it had told which "
                                     "jobs there are"});
}

void coordinator_state::lost(const caf::down_msg& what) {
  if (options.store && what.source == options.store.address()) {
    if (loaded)
      self->quit(no_store());
    return;
  }
  monitored.erase(what.source);
  outgoing.drop_peer(what.source);
  for (auto& [id, entry] : jobs) {
    if (is_terminal(entry.status.state))
      continue;
    if (entry.merger && entry.merger.address() == what.source)
      lost_merger(id, entry, what.reason);
    std::erase_if(entry.watchers, [&](const client_actor& x) {
      return x.address() == what.source;
    });
    if (entry.owner == what.source && entry.status.state == job_state::open) {
      entry.owner_lost_at = self->clock().now();
      entry.pull.reset();
      attention.insert(id);
      arm_timer();
    }
    if (entry.reader
        && caf::actor_cast<caf::actor_addr>(entry.reader->client)
             == what.source)
      lost_reader(id, entry);
  }
}

/// Cancels the job if those it cannot do without stay away.
void coordinator_state::await_clients(job_id id, job& of) {
  if (of.owner_lost_at
      && self->clock().now() - *of.owner_lost_at >= limits::client_lost_after)
    begin_end(id, of,
              {job_state::cancelled,
               "client lost: it did not come back to send the rest of the "
               "inputs"});
  if (lacks_reader(of))
    await_reader(id, of);
}

/// A tick does what is due of the job. Returns whether the next one must, too.
bool coordinator_state::look_after(job_id id, job& of) {
  if (is_terminal(of.status.state))
    return false;
  await_clients(id, of);
  if (of.watchers_behind) {
    tell_watchers(of);
    publish(event_kind::job_progress, of);
  }
  if (!of.inbox.empty() && !of.storing && !of.pull)
    store_front(id, of);
  return of.owner_lost_at || lacks_reader(of) || !of.inbox.empty();
}

void coordinator_state::arm_timer() {
  if (timer_armed || unfinished == 0)
    return;
  timer_armed = true;
  self->delayed_send(self, limits::progress_interval, tick_atom::value);
}

void coordinator_state::tick() {
  timer_armed = false;
  send_held_replies();
  end_late_jobs();
  expire();
  for (auto id : std::exchange(attention, {}))
    if (auto i = jobs.find(id); i != jobs.end() && look_after(id, i->second))
      attention.insert(id);
  finish_drain();
  if (!attention.empty())
    arm_timer();
}

caf::result<std::vector<job_status>>
coordinator_state::drain(uint64_t timeout_ms) {
  draining = true;
  drain_until = self->clock().now() + std::chrono::milliseconds{timeout_ms};
  auto promise = self->make_response_promise<std::vector<job_status>>();
  drained = promise;
  self->delayed_send(self, std::chrono::milliseconds{timeout_ms},
                     tick_atom::value);
  finish_drain();
  return promise;
}

void coordinator_state::finish_drain() {
  if (!drained || (unfinished > 0 && self->clock().now() < *drain_until))
    return;
  std::vector<job_status> lost_jobs;
  for (const auto& [id, entry] : jobs)
    if (!is_terminal(entry.status.state))
      lost_jobs.push_back(status_of(entry));
  drained->deliver(std::move(lost_jobs));
  drained.reset();
}

void coordinator_state::start(coordinator_options how) {
  options = std::move(how);
  harden(self, options.log);
  self->set_down_handler([this](caf::down_msg& x) { lost(x); });
  self->send(options.membership, follow_atom::value);
}

/// Handles what the STORE answers.
static auto store_answers(coordinator_state& state) {
  return std::tuple{
    [&state](const store_put_jobs_done& x) { state.stored_jobs(x); },
    [&state](const store_put_inputs_done& x) { state.stored_inputs(x); },
    [&state](const store_finish_done& x) { state.finished(x); },
    [&state](const store_result& x) { state.read_done(x); },
    [&state](const store_dead& x) { state.listed_dead(x); },
    [&state](const store_dead_changed& x) { state.changed_dead(x); },
    [&state](const store_leases& x) { state.read_leases(x); },
    [&state](const store_inputs& x) { state.read_inputs(x); },
    [&state](const store_snapshot& x) { state.rebuild(x); }};
}

coordinator_actor::behavior_type coordinator_state::handlers() {
  auto all = [this](auto... answers) -> coordinator_actor::behavior_type {
    return {
      [this](const submit_jobs& x) { submit(x); },
      [this](const append_inputs& x) { append(x); },
      [this](const watch_job& x) { watch(x); },
      [this](const describe_job& x) { return describe(x); },
      [this](const list_jobs& x) { return list(x); },
      [this](const cancel_job& x) { return cancel(x); },
      [this](const open_result& x) { return read(x); },
      [this](const list_dead& x) { return list_dead_letters(x); },
      [this](const requeue_dead& x) { return change(x); },
      [this](const purge_dead& x) { return change(x); },
      [this](const verify_job& x) { return verify(x); },
      [this](const explain_task& x) { return explain(x); },
      [this](const list_tasks& x) { return list(x); },
      [this](const list_shares& x) { return shares(x); },
      [this](const trace_task& x) { return trace(x); },
      [this](const rerun_job& x) { return rerun(x); },
      [this](const frame_request& x) { serve_frame(x); },
      [this](const frame& x) { take_frame(x); },
      [this](const progress_report& x) { progress(x); },
      [this](const job_merged& x) { merged(x); },
      [this](const worker_up& x) { add_worker(x); },
      [this](const worker_gone& x) { remove_worker(x); },
      [this](drain_atom, uint64_t ms) { return drain(ms); },
      [this](started_atom) { return begin(); },
      [this](const use_event_hub& x) { use(x); },
      [this](const use_jobs& x) { use(x); },
      [this](flush_atom) { flush(); },
      [this](tick_atom) { tick(); },
      answers...,
    };
  };
  return std::apply(all, store_answers(*this));
}

coordinator_actor::behavior_type
coordinator(coordinator_state::self_pointer self, coordinator_options options) {
  self->state.start(std::move(options));
  return observed<coordinator_actor>(self, self->state.handlers());
}

} // namespace troupe
