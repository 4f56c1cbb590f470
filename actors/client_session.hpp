#pragma once

#include "actors/dialer.hpp"
#include "actors/greeting.hpp"
#include "actors/spawn.hpp"
#include "runtime/base/random.hpp"
#include "runtime/policy/retry.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/frames.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What a host's threads wait for. The session fills the fields in under the
/// mutex of `client_board` and wakes everybody.
struct submit_call {
  submit_item item;
  /// Nobody waits for the reply itself, only for what the job's watch says.
  bool quiet = false;
  bool done = false;
  submit_reply reply;
};

/// One watched job.
struct watch_call {
  job_id job = 0;
  uint64_t version = 0; ///< Grows with every update.
  job_status status;
  bool ended = false;
  bool has_result = false;
  blob result;
  error problem; ///< Not `ok`: the coordinator does not know the job.
  bool stream = false;
  std::deque<result_slice> slices; ///< Of a streamed job, not read yet.
  caf::actor source;               ///< Who gets credit for them.
  uint64_t last_slice_seq = 0;     ///< Of the last that was whole.
  uint64_t last_read_seq = 0;      ///< Of the last that was given credit for.
  uint64_t seen_seq = 0;           ///< The highest that came from this source.
  uint64_t awaited_seq = 0; ///< Of the slice that must come next; 0: any.
  bool asked_again = false; ///< For the awaited slice, which was left out.
  bool reading = false;     ///< A thread of the host reads the slices.
  /// Results count as received when they have arrived, since nobody here may
  /// ever read them. Else when they were read: until then, whoever reads after
  /// this session went away gets them.
  bool arrival_counts = false;
  uint64_t store = 0;      ///< Where the job ended.
  size_t posted_bytes = 0; ///< Counted in `client_board`; 0: not, or no more.
  std::deque<result_slice> inbox; ///< Arrived, the first is being pulled.
  std::optional<frame_sink> pull;

  /// Calls of this session for the same job; they get no slices.
  std::vector<std::shared_ptr<watch_call>> others;

  /// Up to which slice the aggregator need not keep them.
  uint64_t received() const {
    return arrival_counts ? last_slice_seq : last_read_seq;
  }

  /// Slices that are not whole will be sent again.
  void forget_unfinished() {
    if (!inbox.empty())
      awaited_seq = inbox.front().seq;
    inbox.clear();
    pull.reset();
  }

  /// Goes on with the slices where `before` was: what it has not read, this
  /// call reads.
  void take_over(watch_call& before) {
    before.forget_unfinished();
    slices = std::exchange(before.slices, {});
    source = before.source;
    last_slice_seq = before.last_slice_seq;
    last_read_seq = before.last_read_seq;
    awaited_seq = before.awaited_seq;
    arrival_counts = before.arrival_counts;
  }
};

/// A job that was submitted and is watched.
struct posted_job {
  std::shared_ptr<submit_call> submit;
  std::shared_ptr<watch_call> watch;
};

/// Inputs that are under way to an open job.
struct feed_call {
  job_id job = 0;
  std::map<uint64_t, append_inputs> unstored; ///< By number.
  size_t unstored_bytes = 0;
  error problem; ///< Not `ok`: the coordinator refused some.
};

/// One result to fetch.
struct fetch_call {
  job_id job = 0;
  bool done = false;
  error problem;
  job_result reply;
  std::optional<frame_sink> pull;
};

/// What a session and the threads of its host share.
struct client_board {
  std::mutex mutex;
  std::condition_variable changed;
  bool connected = false;
  error problem;        ///< Why the last attempt to connect failed.
  bool refused = false; ///< For good: another version or cluster.
  cluster_handles handles;
  std::vector<posted_job> posts; ///< The session was told to take them.
  size_t posted = 0;             ///< Jobs that have not ended.
  size_t posted_bytes = 0;       ///< What those weigh.
};

struct client_session_options {
  std::shared_ptr<dialer> dial;
  greeting who;
  std::shared_ptr<client_board> board;
  threading connects = threading::detached;
  uint64_t seed = 0;
  std::shared_ptr<logger> log;
};

/// A CLIENT SESSION speaks with the coordinator for the threads of a host
/// program: it coalesces their submits, keeps inputs until they are stored,
/// follows watched jobs over reconnects and pulls large results. A submit
/// without an idempotency key gets one, so that it can be sent again when
/// nobody knows whether it was stored. When the coordinator comes back with
/// another store, the jobs of this session are lost, whatever has their ids.
struct client_session_state {
  using self_pointer = client_actor::stateful_pointer<client_session_state>;
  static constexpr const char* name = "client";

  explicit client_session_state(self_pointer self_ptr)
    : self(self_ptr),
      backoff(limits::reconnect_backoff_min, limits::reconnect_backoff_max) {
    // nop
  }

  // -- calls of the host, run inside the session ------------------------------

  void submit(std::shared_ptr<submit_call> call,
              std::shared_ptr<watch_call> watch);
  /// Submits what waits on the board.
  void take_posts();
  void feed(std::shared_ptr<feed_call> call, append_inputs inputs);
  void watch(const std::shared_ptr<watch_call>& asked);
  void ask_for_updates(watch_call& call);
  void unwatch(job_id job);
  void fetch(std::shared_ptr<fetch_call> call);
  /// The host has read a slice: its sender may send as much more.
  void give_credit(const std::shared_ptr<watch_call>& call,
                   const result_slice& read);
  /// The host waits for the end of a streamed job that it does not read: what
  /// arrives must not keep the job from its end.
  void count_arrivals(const std::shared_ptr<watch_call>& call);

  // -- events -----------------------------------------------------------------

  void submitted(const submit_replies& what);
  void stored(const inputs_stored& what);
  void updated(const job_updates& what);
  bool take_update(const job_update& what);
  void apply(watch_call& call, const job_update& what);
  void end_feed(const job_status& ended);
  void take_slice(const result_slice& what);
  void discard(const result_slice& what);
  void confirm(const watch_call& call);
  void take_whole_slices(watch_call& call);
  void pull_slice(watch_call& call);
  void take_slice_frame(watch_call& call, const frame& what);
  void end_stream(watch_call& call, const error& why);
  void take_frame(const frame& what);
  void serve_frame(const frame_request& what);
  void connect();
  void connected(const dialed& what);
  void welcome(const cluster_handles& handles);
  void use_hub(const event_hub_actor& hub);
  void lost_hub();
  void lost_coordinator();
  void forget_jobs();
  void end_watch(watch_call& call);
  const std::shared_ptr<watch_call>&
  follow(const std::shared_ptr<watch_call>& call);
  void no_connection(const error& why);
  void lost(const caf::down_msg& what);

  void request_flush();
  void send_submits();
  std::string next_key();

  /// Needs the board's mutex.
  void begin_watch(const submit_reply& reply,
                   const std::shared_ptr<watch_call>& call);
  void send_inputs(const append_inputs& inputs);
  void open(const std::shared_ptr<fetch_call>& call);
  void pull(fetch_call& call);
  void end_fetch(const std::shared_ptr<fetch_call>& call, error why);
  template <class F>
  void update_board(F change) {
    {
      std::unique_lock guard{options.board->mutex};
      change(*options.board);
    }
    options.board->changed.notify_all();
  }

  self_pointer self;
  client_session_options options;
  reconnect_backoff backoff;
  std::unique_ptr<random_source> random;
  std::optional<cluster_handles> handles; ///< None while not connected.
  uint64_t store = 0; ///< Of the jobs below; 0: there are none.
  using submits = std::vector<posted_job>;
  submits waiting_submits;
  std::map<uint64_t, submits> sent_submits; ///< By ticket.
  uint64_t submit_ticket = 0;
  bool flush_pending = false;
  std::string key_prefix; ///< Of the keys that this session gives.
  uint64_t last_key = 0;
  std::map<job_id, std::shared_ptr<watch_call>> watches;
  std::map<job_id, std::shared_ptr<feed_call>> feeds;
  std::vector<std::shared_ptr<fetch_call>> fetches;
  frame_source<int> outgoing; ///< To the one coordinator.
  std::map<std::pair<job_id, uint64_t>, uint64_t> transfers; ///< Of inputs.
};

/// Creates the behavior of a CLIENT SESSION.
client_actor::behavior_type
client_session(client_session_state::self_pointer self,
               client_session_options options);

} // namespace troupe
