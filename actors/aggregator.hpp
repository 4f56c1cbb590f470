#pragma once

#include "actors/supervisor.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/frames.hpp"
#include "runtime/wire/protocol.hpp"
#include "runtime/wire/result_merger.hpp"

#include <caf/actor_addr.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

struct aggregator_options {
  job_id job = 0;
  bool stream = false;
  result_merger::terms merge;
  store_actor store;
  scheduler_actor scheduler;
  coordinator_actor coordinator;
  std::shared_ptr<logger> log;
};

/// An AGGREGATOR merges one job's accept log, which it reads from the store,
/// and checkpoints what it has; or it streams the results to the job's reader
/// under credit and pauses the job when they are not read. What was sent is
/// kept until it was read: another reader, or the same one over another
/// connection, gets it again. A stream ends when its reader has all of it; the
/// coordinator decides how long to wait for one.
struct aggregator_state {
  using self_pointer = aggregator_actor::stateful_pointer<aggregator_state>;
  static constexpr const char* name = "aggregator";

  explicit aggregator_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  void log_grew(const merge_log& what);
  void take_log(const store_log& what);
  void set_reader(const stream_to& what);
  void add_credit(const result_credit& what);
  void serve_frame(const frame_request& what);
  void lost_reader(const caf::down_msg& what);

  void resume(const merge_checkpoint& from);
  void pump();
  void merge(const accept_record& record);
  void checkpoint();
  void send_results();
  void balance_unread();
  bool is_delivered() const;
  void finish();

  self_pointer self;
  aggregator_options options;
  std::unique_ptr<result_merger> merger;
  error problem;      ///< The first one; the job fails with it.
  uint64_t known = 0; ///< Last record that is in the log.
  uint64_t taken = 0; ///< Last record that was read from it.
  bool reading = false;
  bool resumed = false; ///< It knows what one before it had merged.
  bool last = false;
  uint64_t tasks = 0;
  bool finished = false;
  size_t bytes_since_checkpoint = 0;
  client_actor reader;
  uint64_t credit = 0;
  uint64_t received = 0; ///< Up to this record the reader has them.
  std::deque<accept_record> unsent;
  std::deque<accept_record> sent;         ///< Sent and not yet read.
  size_t unread_bytes = 0;                ///< Of both.
  frame_source<caf::actor_addr> outgoing; ///< Large ones that the reader pulls.
  bool paused = false;
};

/// Creates the behavior of an AGGREGATOR.
aggregator_actor::behavior_type aggregator(aggregator_state::self_pointer self,
                                           aggregator_options options);

/// Returns the options of the supervisor of all aggregators: `start_child` with
/// `aggregator_options` starts one. They are temporary, since the coordinator
/// knows best whether a job still needs one, and a job whose merge crashes
/// again and again must not use up the restarts of others.
supervisor_options aggregator_supervisor(logger_ptr log);

} // namespace troupe
