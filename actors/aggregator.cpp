#include "actors/aggregator.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/limits.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>

namespace troupe {

namespace {

constexpr size_t read_bytes = 4 * limits::mib;
/// A checkpoint costs as much as the partial is large, so the log must have
/// grown by several times that.
constexpr size_t checkpoint_bytes_min = 32 * limits::mib;

/// What a record counts against a reader's credit.
size_t weight(const accept_record& record) {
  return record.results.size() + sizeof(result_slice);
}

} // namespace

void aggregator_state::log_grew(const merge_log& what) {
  known = std::max(known, what.seq);
  if (what.last) {
    last = true;
    tasks = what.tasks;
  }
  pump();
}

/// Goes on where an earlier aggregator of the job was.
void aggregator_state::resume(const merge_checkpoint& from) {
  taken = from.seq;
  if (options.stream || from.merged.empty())
    return;
  if (auto ok = merger->resume(from.merged); !ok)
    problem = std::move(ok.error());
}

void aggregator_state::pump() {
  if (reading || finished)
    return;
  if (taken < known) {
    reading = true;
    self->send(options.store,
               store_read_log{options.job, taken, read_bytes, !resumed});
  } else if (last && is_delivered()) {
    finish();
  }
}

void aggregator_state::take_log(const store_log& what) {
  reading = false;
  if (!std::exchange(resumed, true) && what.resume_from)
    resume(*what.resume_from);
  for (const auto& record : what.records) {
    if (options.stream) {
      unread_bytes += weight(record);
      unsent.push_back(record);
    } else {
      merge(record);
    }
    taken = record.seq;
  }
  if (what.records.empty())
    taken = known; // Nothing more of this job in the log.
  if (options.stream)
    send_results();
  else
    checkpoint();
  pump();
}

void aggregator_state::merge(const accept_record& record) {
  if (problem.code != errc::ok)
    return;
  bytes_since_checkpoint += record.results.size();
  if (auto ok = merger->add(record); !ok) {
    problem = std::move(ok.error());
    self->send(options.coordinator, job_merged{options.job, {}, {}, problem});
  }
}

void aggregator_state::checkpoint() {
  if (bytes_since_checkpoint < checkpoint_bytes_min
      || bytes_since_checkpoint < 4 * merger->bytes())
    return;
  bytes_since_checkpoint = 0;
  if (auto partial = merger->partial())
    self->send(options.store, store_put_checkpoint{
                                options.job, {taken, {}, std::move(*partial)}});
}

void aggregator_state::finish() {
  finished = true;
  job_merged message;
  message.job = options.job;
  message.why = problem;
  if (!options.stream && problem.code == errc::ok) {
    if (auto done = merger->finish(tasks)) {
      message.result_type = std::move(done->type);
      message.result = std::move(done->bytes);
    } else {
      message.why = std::move(done.error());
    }
  }
  self->send(options.coordinator, std::move(message));
}

// -- streamed results ---------------------------------------------------------

void aggregator_state::set_reader(const stream_to& what) {
  reader = caf::actor_cast<client_actor>(what.client);
  credit = what.credit;
  received = 0;
  outgoing = {};
  self->monitor(reader);
  // A new reader gets what the one before it was sent and did not read.
  unsent.insert(unsent.begin(), sent.begin(), sent.end());
  sent.clear();
  send_results();
}

void aggregator_state::lost_reader(const caf::down_msg& what) {
  if (!reader || what.source != reader.address())
    return; // It was replaced already.
  reader = nullptr;
  credit = 0;
  outgoing = {};
  balance_unread();
}

bool aggregator_state::is_delivered() const {
  return unsent.empty() && (sent.empty() || sent.back().seq <= received);
}

void aggregator_state::add_credit(const result_credit& what) {
  auto from = caf::actor_cast<client_actor>(self->current_sender());
  if (!reader || from != reader)
    return; // What it counts was sent to somebody else.
  received = std::max(received, what.received);
  credit += what.bytes;
  auto read = what.bytes;
  uint64_t seq = 0;
  // Room alone says nothing about what was received: it may count twice what
  // was sent to one reader over two connections.
  while (!sent.empty() && sent.front().seq <= received
         && read >= weight(sent.front())) {
    read -= weight(sent.front());
    unread_bytes -= weight(sent.front());
    seq = sent.front().seq;
    sent.pop_front();
  }
  if (seq != 0)
    self->send(options.store, store_put_checkpoint{options.job, {seq, {}, {}}});
  send_results();
  pump();
}

void aggregator_state::send_results() {
  while (reader && !unsent.empty() && credit > 0) {
    auto& record = unsent.front();
    credit -= std::min<uint64_t>(credit, weight(record));
    self->send(
      reader, result_slice{options.job, record.seq, record.range, record.failed,
                           outgoing.offer(reader.address(), record.results)});
    sent.push_back(std::move(record));
    unsent.pop_front();
  }
  balance_unread();
}

void aggregator_state::serve_frame(const frame_request& what) {
  auto from = caf::actor_cast<client_actor>(self->current_sender());
  if (!from)
    return;
  if (auto piece = outgoing.serve(from.address(), what))
    self->send(from, *piece);
}

void aggregator_state::balance_unread() {
  auto over = unread_bytes > limits::unread_result_bytes_max;
  auto low = unread_bytes <= limits::unread_result_bytes_max / 2;
  if (over == paused || (!over && !low))
    return;
  paused = over;
  self->send(options.scheduler, pause_job{options.job, over});
}

aggregator_actor::behavior_type aggregator(aggregator_state::self_pointer self,
                                           aggregator_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.merger = std::make_unique<result_merger>(state.options.merge);
  harden(self, state.options.log);
  self->set_down_handler([&state](caf::down_msg& x) { state.lost_reader(x); });
  if (state.options.stream) // One that crashed may have left the job paused.
    self->send(state.options.scheduler, pause_job{state.options.job, false});
  return observed<aggregator_actor>(
    self, {
            [&state](const merge_log& x) { state.log_grew(x); },
            [&state](const store_log& x) { state.take_log(x); },
            [&state](const stream_to& x) { state.set_reader(x); },
            [&state](const result_credit& x) { state.add_credit(x); },
            [&state](const frame_request& x) { state.serve_frame(x); },
          });
}

supervisor_options aggregator_supervisor(logger_ptr log) {
  supervisor_options result;
  result.flags.strategy = supervision_strategy::simple_one_for_one;
  result.log = std::move(log);
  child_rules rules{"aggregator"};
  rules.restart = restart_type::temporary;
  result.children.push_back(
    {rules, [](const start_context& context) {
       return start_outcome::started(context.system.spawn(
         aggregator, std::any_cast<aggregator_options>(context.args)));
     }});
  return result;
}

} // namespace troupe
