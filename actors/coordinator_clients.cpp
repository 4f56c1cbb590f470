#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/admission.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <deque>

/// The COORDINATOR's answers to clients: inputs that they stream and questions
/// that they ask. The life of a job is in `coordinator.cpp`.
namespace troupe {

namespace {

/// Messages with inputs of one job that may wait for the store. A client that
/// keeps to its window of bytes never has as many: the smallest full chunk is
/// one of empty inputs, of which only the offsets are left.
constexpr size_t inputs_waiting_max =
  2 * limits::client_input_window_bytes
  / (limits::chunk_tasks_max * sizeof(uint32_t));

/// What inputs count against their client's window, here or announced.
uint64_t weight(const append_inputs& what) {
  return what.inputs.is_inline() ? what.inputs.bytes.size() : what.inputs.size;
}

/// A client sends one message more while what waits is within its window.
bool is_over_window(const std::deque<append_inputs>& waiting) {
  uint64_t bytes = 0;
  for (const auto& x : waiting)
    bytes += weight(x);
  return bytes > limits::client_input_window_bytes
         || waiting.size() >= inputs_waiting_max;
}

} // namespace

// -- inputs -------------------------------------------------------------------

void coordinator_state::append(const append_inputs& what) {
  auto client = sender();
  auto i = jobs.find(what.job);
  auto refuse = [&](errc code, std::string why) {
    self->send(client, inputs_stored{what.job, what.seq, {code, why}});
  };
  if (i == jobs.end())
    return refuse(errc::unknown_job,
                  "there is no job " + std::to_string(what.job));
  auto& entry = i->second;
  if (auto ok = check(what); !ok)
    return refuse(ok.error().code, ok.error().text);
  if (what.seq <= entry.last_seq) {
    // Sent again after a lost connection; they are stored already, and perhaps
    // they were the last.
    own(entry, client);
    self->send(client, inputs_stored{what.job, what.seq, {}});
    return;
  }
  if (entry.status.state != job_state::open || entry.end)
    return refuse(errc::job_ended,
                  "job " + std::to_string(what.job) + " is "
                    + std::string{to_string(entry.status.state)}
                    + " and takes no more inputs");
  own(entry, client);
  auto queued =
    std::find_if(entry.inbox.begin(), entry.inbox.end(),
                 [&](const append_inputs& x) { return x.seq == what.seq; });
  if (queued != entry.inbox.end()) {
    auto is_front = queued == entry.inbox.begin();
    if (is_front && entry.storing)
      return;
    if (weight(*queued) != weight(what))
      return refuse(errc::protocol_violation,
                    "inputs of job " + std::to_string(what.job)
                      + " came again with another size");
    // A new connection knows no transfer of the old one.
    queued->inputs = what.inputs;
    if (is_front)
      entry.pull.reset();
    return feed(what.job, entry);
  }
  if (is_over_window(entry.inbox))
    return refuse(errc::protocol_violation, "more inputs of job "
                                              + std::to_string(what.job)
                                              + " than their credit allows");
  if (what.seq != entry.last_seq + entry.inbox.size() + 1)
    return refuse(errc::protocol_violation, "inputs of job "
                                              + std::to_string(what.job)
                                              + " came out of order");
  entry.inbox.push_back(what);
  feed(what.job, entry);
}

/// From now on that client feeds the job; its loss ends the job some day.
void coordinator_state::own(job& of, const client_actor& client) {
  of.owner = client.address();
  of.owner_lost_at.reset();
  if (monitored.insert(client.address()).second)
    self->monitor(client);
}

void coordinator_state::feed(job_id id, job& of) {
  if (of.storing || of.pull || of.inbox.empty())
    return;
  auto& front = of.inbox.front();
  if (front.inputs.is_inline()) {
    store_front(id, of);
    return;
  }
  auto sink = frame_sink::make(
    front.inputs, options.input_bytes_max + limits::packed_overhead_bytes_max,
    "the inputs");
  if (!sink)
    return refuse_inputs(id, of, {errc::input_too_large, sink.error().text});
  of.pull = std::move(*sink);
  auto from = caf::actor_cast<client_actor>(of.owner);
  if (!from)
    return;
  for (const auto& request : of.pull->requests())
    self->send(from, request);
}

void coordinator_state::take_frame(const frame& what) {
  auto from = caf::actor_cast<caf::actor_addr>(self->current_sender());
  for (auto& [id, entry] : jobs) {
    if (!entry.pull || entry.owner != from
        || entry.pull->transfer() != what.transfer)
      continue;
    if (auto ok = entry.pull->add(what); !ok) {
      entry.pull.reset();
      return refuse_inputs(id, entry, ok.error());
    }
    auto client = sender();
    if (!entry.pull->complete()) {
      for (const auto& request : entry.pull->requests())
        self->send(client, request);
      return;
    }
    self->send(client, entry.pull->done());
    auto& inputs = entry.inbox.front().inputs;
    inputs.bytes = entry.pull->take();
    inputs.transfer = 0;
    entry.pull.reset();
    return store_front(id, entry);
  }
}

void coordinator_state::store_front(job_id id, job& of) {
  const auto& front = of.inbox.front();
  if (auto ok = check_inputs(front.inputs.bytes, of.status.tasks,
                             options.input_bytes_max);
      !ok)
    return refuse_inputs(id, of, ok.error());
  of.storing = true;
  auto ticket = ++last_ticket;
  storing_inputs.emplace(ticket, id);
  self->send(options.store,
             store_put_inputs{ticket, id, front.inputs.bytes, front.last,
                              front.seq, front.near});
}

void coordinator_state::stored_inputs(const store_put_inputs_done& what) {
  auto node = storing_inputs.extract(what.ticket);
  auto i = node.empty() ? jobs.end() : jobs.find(node.mapped());
  if (i == jobs.end())
    return;
  auto& [id, entry] = *i;
  entry.storing = false;
  if (entry.inbox.empty())
    return;
  if (what.why.code == errc::store_full) {
    if (make_room(entry.inbox.front().inputs.bytes.size()))
      return store_front(id, entry);
    attention.insert(id); // Credit stops until something was released: then
    arm_timer();          // again.
    return;
  }
  if (what.why.code != errc::ok)
    return refuse_inputs(id, entry, what.why);
  auto done = std::move(entry.inbox.front());
  entry.inbox.pop_front();
  entry.last_seq = done.seq;
  entry.status.tasks += what.added.size();
  if (done.last)
    entry.status.state = job_state::running;
  schedule message;
  message.inputs.push_back(
    {id, what.added, done.inputs.bytes, done.last, done.near});
  send_schedule(std::move(message));
  if (auto client = caf::actor_cast<client_actor>(entry.owner))
    self->send(client, inputs_stored{id, done.seq, {}});
  feed(id, entry);
}

void coordinator_state::refuse_inputs(job_id id, job& of, const error& why) {
  auto client = caf::actor_cast<client_actor>(of.owner);
  for (const auto& x : of.inbox)
    if (client)
      self->send(client, inputs_stored{id, x.seq, why});
  of.inbox.clear();
  of.pull.reset();
  // Half of the inputs is not the job that was asked for.
  begin_end(id, of, {job_state::failed, to_string(why)});
}

// -- questions ----------------------------------------------------------------

void coordinator_state::watch(const watch_job& what) {
  auto client = sender();
  auto i = jobs.find(what.job);
  if (i == jobs.end()) {
    job_update unknown;
    unknown.status.id = what.job;
    unknown.status.state = job_state::cancelled;
    unknown.status.reason = "unknown";
    tell(client, std::move(unknown));
    return;
  }
  auto& entry = i->second;
  if (is_terminal(entry.status.state)) {
    tell(client, {status_of(entry), false, {}});
    return;
  }
  entry.watchers.insert(client);
  if (monitored.insert(client.address()).second)
    self->monitor(client);
  if (what.result_credit > 0 && entry.spec.options.stream) {
    entry.reader =
      stream_to{caf::actor_cast<caf::actor>(client), what.result_credit};
    entry.reader_lost_at.reset();
    set_reader(what.job, entry);
  }
  tell(client, {status_of(entry), false, {}});
}

caf::error coordinator_state::no_such_job(job_id id) const {
  return to_caf(
    {errc::unknown_job, "there is no job " + std::to_string(id)
                          + " (it never existed here or is no longer kept)"});
}

caf::result<job_status> coordinator_state::describe(const describe_job& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  return status_of(i->second);
}

std::vector<job_status> coordinator_state::list(const list_jobs& what) {
  std::vector<job_status> result;
  auto most = std::clamp<uint32_t>(what.most, 1, limits::jobs_per_page);
  auto i = what.before == 0 ? jobs.end() : jobs.lower_bound(what.before);
  while (i != jobs.begin() && result.size() < most)
    result.push_back(status_of((--i)->second));
  return result;
}

caf::result<job_status> coordinator_state::cancel(const cancel_job& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  auto& entry = i->second;
  if (is_terminal(entry.status.state))
    return to_caf(
      {errc::job_ended, "job " + std::to_string(what.job) + " is "
                          + std::string{to_string(entry.status.state)}
                          + " already"});
  auto promise = self->make_response_promise<job_status>();
  entry.cancellers.push_back(promise);
  begin_end(what.job, entry, {job_state::cancelled, "cancelled by a client"});
  return promise;
}

caf::result<job_result> coordinator_state::read(const open_result& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  if (!is_terminal(i->second.status.state))
    return to_caf({errc::job_failed,
                   "job " + std::to_string(what.job) + " has not ended yet"});
  // Before the promise: that takes the sender out of the current message.
  auto reader = caf::actor_cast<caf::actor_addr>(self->current_sender());
  auto promise = self->make_response_promise<job_result>();
  auto ticket = ++last_ticket;
  reads.emplace(ticket, promise);
  readers.emplace(ticket, reader);
  self->send(options.store, store_read_result{ticket, what.job});
  return promise;
}

void coordinator_state::read_done(const store_result& what) {
  auto node = reads.extract(what.ticket);
  auto reader = readers.extract(what.ticket);
  if (node.empty())
    return;
  if (!what.found) {
    node.mapped().deliver(no_such_job(what.job));
    return;
  }
  auto who = caf::actor_cast<caf::actor>(reader.mapped());
  if (who && monitored.insert(reader.mapped()).second)
    self->monitor(who);
  node.mapped().deliver(
    job_result{what.status, outgoing.offer(reader.mapped(), what.result)});
}

void coordinator_state::serve_frame(const frame_request& what) {
  auto client = sender();
  if (auto piece = outgoing.serve(client.address(), what))
    self->send(client, *piece);
}

client_actor coordinator_state::sender() const {
  return caf::actor_cast<client_actor>(self->current_sender());
}

} // namespace troupe
