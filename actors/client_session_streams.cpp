#include "actors/client_session.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <utility>

/// The CLIENT SESSION's part that receives the results of streamed jobs.
namespace troupe {

void client_session_state::take_slice(const result_slice& what) {
  auto i = watches.find(what.job);
  auto from = caf::actor_cast<caf::actor>(self->current_sender());
  if (i == watches.end() || !i->second->stream)
    return discard(what);
  auto& call = *i->second;
  if (call.source != from) { // Another aggregator knows no transfer of the old.
    call.forget_unfinished();
    call.seen_seq = 0;
    update_board([&](client_board&) { call.source = from; });
  }
  if (call.awaited_seq != 0 && what.seq > call.awaited_seq) {
    // Those before it were meant for another reader, or are lost.
    if (handles && !call.asked_again)
      ask_for_updates(call);
    return;
  }
  call.seen_seq = std::max(call.seen_seq, what.seq);
  if (what.seq < call.awaited_seq) {
    // Sent again by a new aggregator, or to a new connection. Credit for those
    // that wait to be read follows when they are.
    if (what.seq <= call.last_read_seq)
      give_credit(i->second, what);
    else
      confirm(call);
    return;
  }
  call.awaited_seq = what.seq + 1;
  call.asked_again = false;
  call.inbox.push_back(what);
  take_whole_slices(call);
}

/// Nobody here wants the results any more, which must not keep their job from
/// its end.
void client_session_state::discard(const result_slice& what) {
  auto to = caf::actor_cast<aggregator_actor>(self->current_sender());
  if (!to)
    return;
  if (!what.results.is_inline())
    self->send(to, frame_request{what.results.transfer, 0, 0});
  self->send(to,
             result_credit{what.job, what.results.size + sizeof(result_slice),
                           what.seq});
}

/// Says how much has arrived, where that is enough: the job may end though the
/// host reads later.
void client_session_state::confirm(const watch_call& call) {
  if (!call.arrival_counts)
    return;
  if (auto to = caf::actor_cast<aggregator_actor>(call.source))
    self->send(to, result_credit{call.job, 0, call.received()});
}

void client_session_state::count_arrivals(
  const std::shared_ptr<watch_call>& call) {
  call->arrival_counts = true;
  auto i = watches.find(call->job);
  if (i == watches.end() || !i->second->stream)
    return;
  i->second->arrival_counts = true;
  confirm(*i->second);
}

/// Hands the slices that are whole to the host, in order, and pulls the first
/// that is not.
void client_session_state::take_whole_slices(watch_call& call) {
  auto before = call.last_slice_seq;
  while (!call.inbox.empty() && !call.pull) {
    auto& front = call.inbox.front();
    if (!front.results.is_inline()) {
      auto sink = frame_sink::make(
        front.results, limits::packed_results_bytes_max, "a slice of results");
      if (!sink)
        return end_stream(call, sink.error());
      call.pull = std::move(*sink);
      pull_slice(call);
      break;
    }
    update_board([&](client_board&) {
      call.last_slice_seq = front.seq;
      call.slices.push_back(std::move(front));
    });
    call.inbox.pop_front();
  }
  if (call.last_slice_seq != before)
    confirm(call);
}

void client_session_state::pull_slice(watch_call& call) {
  if (auto to = caf::actor_cast<aggregator_actor>(call.source))
    for (const auto& request : call.pull->requests())
      self->send(to, request);
}

void client_session_state::take_slice_frame(watch_call& call,
                                            const frame& what) {
  if (auto ok = call.pull->add(what); !ok)
    return end_stream(call, ok.error());
  if (!call.pull->complete())
    return pull_slice(call);
  if (auto to = caf::actor_cast<aggregator_actor>(call.source))
    self->send(to, call.pull->done());
  auto& results = call.inbox.front().results;
  results.bytes = call.pull->take();
  results.transfer = 0;
  call.pull.reset();
  take_whole_slices(call);
}

/// Others that wait for the job wait on, and the next that wants the slices
/// gets them.
void client_session_state::end_stream(watch_call& call, const error& why) {
  auto ended = watches.extract(call.job).mapped();
  for (const auto& other : std::exchange(ended->others, {}))
    follow(other);
  auto next = watches.find(ended->job);
  auto is_read_on = next != watches.end() && next->second->stream;
  update_board([&](client_board&) {
    ended->problem = why;
    end_watch(*ended);
    if (is_read_on)
      next->second->take_over(*ended);
  });
  ended->forget_unfinished();
  if (is_read_on)
    watch(next->second);
}

/// What the source has still to send again is credited when it comes: credit
/// for it now would pass for credit for what comes before.
void client_session_state::give_credit(const std::shared_ptr<watch_call>& call,
                                       const result_slice& read) {
  auto i = watches.find(call->job);
  auto& reader = i != watches.end() && i->second->stream ? *i->second : *call;
  reader.last_read_seq = std::max(reader.last_read_seq, read.seq);
  if (read.seq > reader.seen_seq)
    return;
  if (auto to = caf::actor_cast<aggregator_actor>(reader.source))
    self->send(to, result_credit{call->job,
                                 read.results.size + sizeof(result_slice),
                                 reader.received()});
}

} // namespace troupe
