#include "actors/client_session.hpp"

#include "actors/connector.hpp"
#include "actors/harden.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

/// How the keys begin that a session gives; those of hosts may do so, too, but
/// then they do not learn whether a job existed.
constexpr char automatic_key_mark = '~';

} // namespace

// -- connection ---------------------------------------------------------------

void client_session_state::connect() {
  if (!handles || !handles->events)
    spawn_blocking(self, options.connects, connector, client_actor{self},
                   options.dial);
}

void client_session_state::connected(const dialed& what) {
  if (!what.to) {
    no_connection(what.why);
    return;
  }
  greet(
    self, *what.to, options.who,
    [this](const cluster_handles& x) { welcome(x); },
    [this](const error& why) { no_connection(why); });
}

void client_session_state::no_connection(const error& why) {
  auto for_good =
    why.code == errc::version_mismatch || why.code == errc::cluster_mismatch;
  update_board([&](client_board& board) {
    board.problem = why;
    board.refused = for_good;
  });
  if (!for_good)
    self->delayed_send(self, backoff.next(random->uniform()),
                       connect_atom::value);
}

void client_session_state::welcome(const cluster_handles& to) {
  if (handles && handles->coordinator == to.coordinator)
    return use_hub(to.events);
  if (handles) // News of its end are still under way.
    lost_coordinator();
  auto before = std::exchange(store, to.store);
  if (before != 0 && before != store)
    forget_jobs();
  handles = to;
  backoff.reset();
  self->monitor(to.coordinator);
  self->monitor(to.events);
  update_board([&](client_board& board) {
    board.connected = true;
    board.problem = {};
    board.handles = to;
  });
  for (const auto& [job, call] : watches)
    watch(call);
  for (const auto& [job, call] : feeds)
    for (const auto& [seq, inputs] : call->unstored)
      send_inputs(inputs);
  for (const auto& call : fetches)
    open(call);
  send_submits();
}

/// The EVENT HUB alone was restarted: nothing else has to be done again.
void client_session_state::use_hub(const event_hub_actor& hub) {
  if (handles->events)
    return;
  backoff.reset();
  handles->events = hub;
  self->monitor(hub);
  update_board([&](client_board& board) { board.handles.events = hub; });
}

void client_session_state::lost_hub() {
  handles->events = nullptr;
  update_board([&](client_board& board) { board.handles.events = nullptr; });
  self->delayed_send(self, backoff.next(random->uniform()),
                     connect_atom::value);
}

/// The store that had them is gone. Submits that nobody answered are sent
/// again; no job of theirs is known here.
void client_session_state::forget_jobs() {
  auto lost = [](job_id job) {
    return error{errc::unknown_job,
                 "job " + std::to_string(job)
                   + " was lost when the coordinator restarted without it: "
                     "submit it again"};
  };
  update_board([&](client_board&) {
    for (auto& [job, call] : watches) {
      call->problem = lost(job);
      end_watch(*call);
      for (auto& other : call->others) {
        other->problem = lost(job);
        end_watch(*other);
      }
    }
    for (auto& [job, call] : feeds) {
      call->problem = lost(job);
      call->unstored.clear();
      call->unstored_bytes = 0;
    }
    for (auto& call : fetches) {
      call->problem = lost(call->job);
      call->done = true;
    }
  });
  watches.clear();
  feeds.clear();
  fetches.clear();
}

void client_session_state::lost(const caf::down_msg& what) {
  if (!handles)
    return;
  if (handles->events && what.source == handles->events.address())
    return lost_hub();
  if (what.source == handles->coordinator.address())
    lost_coordinator();
}

void client_session_state::lost_coordinator() {
  if (handles->events)
    self->demonitor(handles->events.address());
  handles.reset();
  outgoing = {};
  transfers.clear();
  error why{errc::connection_lost, "the connection to the coordinator ("
                                     + options.dial->target() + ") was lost"};
  update_board([&](client_board& board) {
    board.connected = false;
    board.problem = why;
    // On the next connection the same aggregator has another handle, which is
    // equal to this one: what is sent to this one would vanish.
    for (auto& [job, call] : watches) {
      call->forget_unfinished();
      call->source = nullptr;
    }
  });
  // Nobody knows whether these were stored; by their keys it does not matter.
  submits again;
  for (auto& [ticket, calls] : sent_submits)
    again.insert(again.end(), calls.begin(), calls.end());
  again.insert(again.end(), waiting_submits.begin(), waiting_submits.end());
  waiting_submits = std::move(again);
  sent_submits.clear();
  for (auto& call : fetches)
    call->pull.reset();
  self->send(self, connect_atom::value);
}

// -- submit -------------------------------------------------------------------

void client_session_state::submit(std::shared_ptr<submit_call> call,
                                  std::shared_ptr<watch_call> watch) {
  if (auto& key = call->item.spec.key; key.empty())
    key = next_key();
  waiting_submits.push_back({std::move(call), std::move(watch)});
  request_flush();
}

void client_session_state::take_posts() {
  std::vector<posted_job> posts;
  {
    std::unique_lock guard{options.board->mutex};
    posts.swap(options.board->posts);
  }
  for (auto& post : posts)
    submit(std::move(post.submit), std::move(post.watch));
}

/// Returns a key that no other session gives: short enough to need no memory
/// of its own (`std::string` keeps 15 bytes in place).
std::string client_session_state::next_key() {
  static constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
  auto append = [](std::string& to, uint64_t number, size_t count) {
    for (; count > 0; --count, number /= digits.size())
      to += digits[number % digits.size()];
  };
  if (key_prefix.empty()) {
    key_prefix = automatic_key_mark;
    append(key_prefix, random->next(), 8);
  }
  auto result = key_prefix;
  append(result, ++last_key, 6);
  return result;
}

/// Lets all submits that wait in the mailbox leave in one message.
void client_session_state::request_flush() {
  if (flush_pending)
    return;
  flush_pending = true;
  self->send(self, flush_atom::value);
}

void client_session_state::send_submits() {
  flush_pending = false;
  if (!handles || waiting_submits.empty())
    return;
  submit_jobs message;
  message.ticket = ++submit_ticket;
  for (const auto& [call, watch] : waiting_submits)
    message.items.push_back(call->item);
  sent_submits.emplace(message.ticket, std::exchange(waiting_submits, {}));
  self->send(handles->coordinator, std::move(message));
}

void client_session_state::submitted(const submit_replies& what) {
  auto sent = sent_submits.find(what.ticket);
  if (sent == sent_submits.end() || what.items.size() != sent->second.size())
    return;
  auto somebody_waits = false;
  {
    std::unique_lock guard{options.board->mutex};
    for (size_t i = 0; i < what.items.size(); ++i) {
      auto& [call, watch] = sent->second[i];
      call->reply = what.items[i];
      call->done = true;
      somebody_waits = somebody_waits || !call->quiet || call->reply.job == 0;
      if (watch)
        begin_watch(call->reply, watch);
      // Of a key that the host did not give it was stored by this very submit.
      if (call->item.spec.key.starts_with(automatic_key_mark))
        call->reply.existed = false;
    }
  }
  sent_submits.erase(sent);
  if (somebody_waits)
    options.board->changed.notify_all();
}

void client_session_state::begin_watch(
  const submit_reply& reply, const std::shared_ptr<watch_call>& call) {
  if (reply.job == 0) {
    call->problem = reply.why;
    end_watch(*call);
    return;
  }
  call->job = reply.job;
  const auto& followed = follow(call);
  if (reply.existed && handles) // It may have ended long ago: ask.
    watch(followed);
}

// -- inputs -------------------------------------------------------------------

void client_session_state::feed(std::shared_ptr<feed_call> call,
                                append_inputs inputs) {
  {
    std::unique_lock guard{options.board->mutex};
    if (call->problem.code != errc::ok)
      return; // Another job may have its number by now.
  }
  feeds[call->job] = call;
  if (handles)
    send_inputs(inputs);
}

void client_session_state::send_inputs(const append_inputs& inputs) {
  auto message = inputs;
  message.inputs = outgoing.offer(0, inputs.inputs.bytes);
  if (!message.inputs.is_inline())
    transfers[{inputs.job, inputs.seq}] = message.inputs.transfer;
  self->send(handles->coordinator, std::move(message));
}

void client_session_state::stored(const inputs_stored& what) {
  if (auto i = transfers.find({what.job, what.seq}); i != transfers.end()) {
    outgoing.drop(i->second);
    transfers.erase(i);
  }
  auto feed = feeds.find(what.job);
  if (feed == feeds.end())
    return;
  update_board([&](client_board&) {
    auto& call = *feed->second;
    if (what.why.code != errc::ok && call.problem.code == errc::ok)
      call.problem = what.why;
    if (auto i = call.unstored.find(what.seq); i != call.unstored.end()) {
      call.unstored_bytes -= i->second.inputs.bytes.size();
      call.unstored.erase(i);
    }
    if (call.problem.code != errc::ok)
      call.unstored.clear();
  });
}

void client_session_state::serve_frame(const frame_request& what) {
  if (!handles || what.bytes == 0)
    return; // Forgotten when the inputs are stored.
  if (auto piece = outgoing.serve(0, what))
    self->send(handles->coordinator, *piece);
}

// -- jobs ---------------------------------------------------------------------

/// Returns the call that gets the updates of that job and passes them on.
const std::shared_ptr<watch_call>&
client_session_state::follow(const std::shared_ptr<watch_call>& call) {
  auto& first = watches.try_emplace(call->job, call).first->second;
  if (first == call)
    return first;
  if (call->stream && !first->stream) { // It wants the slices as well.
    call->others = std::exchange(first->others, {});
    call->others.push_back(std::exchange(first, call));
    return first;
  }
  auto& others = first->others;
  if (std::find(others.begin(), others.end(), call) == others.end())
    others.push_back(call);
  return first;
}

void client_session_state::watch(const std::shared_ptr<watch_call>& asked) {
  follow(asked);
  auto& call = watches.at(asked->job);
  if (asked->stream && call != asked) {
    update_board([&](client_board&) { asked->take_over(*call); });
    std::erase(call->others, asked);
    asked->others = std::exchange(call->others, {});
    asked->others.push_back(std::exchange(call, asked));
  }
  if (handles)
    ask_for_updates(*call);
}

/// Slices that were not read come again, behind those that are under way.
void client_session_state::ask_for_updates(watch_call& call) {
  call.forget_unfinished();
  call.seen_seq = 0;
  call.asked_again = true;
  auto credit = call.stream ? limits::client_result_window_bytes : 0;
  self->send(handles->coordinator, watch_job{call.job, credit});
}

void client_session_state::unwatch(job_id job) {
  watches.erase(job);
  feeds.erase(job);
}

void client_session_state::updated(const job_updates& what) {
  std::vector<job_id> ended;
  update_board([&](client_board&) {
    for (const auto& x : what.items)
      if (take_update(x))
        ended.push_back(x.status.id);
  });
  for (auto job : ended)
    unwatch(job);
}

/// Needs the board's mutex.
void client_session_state::end_watch(watch_call& call) {
  call.ended = true;
  if (call.posted_bytes == 0)
    return;
  --options.board->posted;
  options.board->posted_bytes -= std::exchange(call.posted_bytes, 0);
}

/// Needs the board's mutex. Returns whether a watched job has ended.
bool client_session_state::take_update(const job_update& what) {
  auto i = watches.find(what.status.id);
  if (i == watches.end())
    return false;
  apply(*i->second, what);
  for (const auto& call : i->second->others)
    apply(*call, what);
  if (!is_terminal(what.status.state))
    return false;
  end_feed(what.status);
  return true;
}

/// Needs the board's mutex. Whoever still feeds a job that has ended must not
/// wait for answers: they may come after the feed was forgotten.
void client_session_state::end_feed(const job_status& ended) {
  auto i = feeds.find(ended.id);
  if (i == feeds.end())
    return;
  auto& call = *i->second;
  // One that succeeded has all of its inputs.
  if (!call.unstored.empty() && ended.state != job_state::succeeded
      && call.problem.code == errc::ok)
    call.problem = {errc::job_ended, "job " + std::to_string(ended.id) + " is "
                                       + std::string{to_string(ended.state)}
                                       + " and takes no more inputs"};
  call.unstored.clear();
  call.unstored_bytes = 0;
}

/// Needs the board's mutex.
void client_session_state::apply(watch_call& call, const job_update& what) {
  call.status = what.status;
  ++call.version;
  if (!is_terminal(what.status.state))
    return;
  end_watch(call);
  call.store = store;
  call.has_result = what.has_result;
  call.result = what.result;
  if (what.status.reason == "unknown" && what.status.tasks == 0)
    call.problem = {errc::unknown_job,
                    "the coordinator has no job "
                      + std::to_string(what.status.id)
                      + " (it never existed, is no longer kept, or was lost "
                        "when the coordinator restarted)"};
}

// -- results ------------------------------------------------------------------

void client_session_state::fetch(std::shared_ptr<fetch_call> call) {
  fetches.push_back(call);
  if (handles)
    open(call);
}

/// Asks for a result; asked again when the coordinator is another.
void client_session_state::open(const std::shared_ptr<fetch_call>& call) {
  auto is_current = [this, asked = handles->coordinator] {
    return handles && handles->coordinator == asked;
  };
  self
    ->request(handles->coordinator, limits::request_timeout,
              open_result{call->job})
    .then(
      [this, call, is_current](const job_result& reply) {
        if (!is_current())
          return;
        call->reply = reply;
        if (reply.result.is_inline()) {
          end_fetch(call, {});
          return;
        }
        auto sink = frame_sink::make(reply.result, limits::job_result_bytes_max,
                                     "a result");
        if (!sink) {
          end_fetch(call, sink.error());
          return;
        }
        call->pull = std::move(*sink);
        pull(*call);
      },
      [this, call, is_current](caf::error& caught) {
        auto why = from_caf(caught);
        if (is_current() && why.code != errc::connection_lost)
          end_fetch(call, std::move(why));
      });
}

void client_session_state::pull(fetch_call& call) {
  for (const auto& request : call.pull->requests())
    self->send(handles->coordinator, request);
}

void client_session_state::take_frame(const frame& what) {
  // Every sender counts its transfers from 1.
  auto from = caf::actor_cast<caf::actor>(self->current_sender());
  for (auto& [job, call] : watches)
    if (call->pull && call->source == from
        && call->pull->transfer() == what.transfer) {
      auto keep = call; // It may end here.
      return take_slice_frame(*keep, what);
    }
  if (!handles || caf::actor_cast<caf::actor>(handles->coordinator) != from)
    return;
  auto i = std::find_if(fetches.begin(), fetches.end(), [&](const auto& x) {
    return x->pull && x->pull->transfer() == what.transfer;
  });
  if (i == fetches.end())
    return;
  auto call = *i;
  if (auto ok = call->pull->add(what); !ok) {
    end_fetch(call, ok.error());
  } else if (!call->pull->complete()) {
    pull(*call);
  } else {
    self->send(handles->coordinator, call->pull->done());
    call->reply.result.bytes = call->pull->take();
    end_fetch(call, {});
  }
}

void client_session_state::end_fetch(const std::shared_ptr<fetch_call>& call,
                                     error why) {
  update_board([&](client_board&) {
    call->problem = std::move(why);
    call->done = true;
  });
  std::erase(fetches, call);
}

client_actor::behavior_type
client_session(client_session_state::self_pointer self,
               client_session_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  state.random = make_seeded_random(state.options.seed);
  harden(self, state.options.log);
  self->set_down_handler([&state](caf::down_msg& x) { state.lost(x); });
  self->send(self, connect_atom::value);
  return {
    [&state](const submit_replies& x) { state.submitted(x); },
    [&state](const inputs_stored& x) { state.stored(x); },
    [&state](const job_updates& x) { state.updated(x); },
    [&state](const frame_request& x) { state.serve_frame(x); },
    [&state](const frame& x) { state.take_frame(x); },
    [&state](const result_slice& x) { state.take_slice(x); },
    [&state](const client_call& x) { x.run(state); },
    [&state](const dialed& x) { state.connected(x); },
    [&state](connect_atom) { state.connect(); },
    [&state](flush_atom) { state.send_submits(); },
  };
}

} // namespace troupe
