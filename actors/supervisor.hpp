#pragma once

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/random.hpp"
#include "runtime/policy/supervision.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe {

struct supervisor_options {
  std::string path = "root"; ///< Set by the parent of a nested one.
  supervisor_flags flags;
  /// In the order of their start; one template with `simple_one_for_one`.
  std::vector<child_spec> children;
  /// Called for each report, in the supervisor's context, with the child's
  /// handle (null if there is none). It must neither block nor throw.
  std::function<void(const supervision_report&, const caf::actor&)> on_report;
  /// Whose exit messages count, besides anonymous ones. Set by the parent.
  caf::actor_addr parent;
  uint64_t seed = 0; ///< Of the jitter between restarts.
  logger_ptr log;    ///< Not null.
};

/// Checks the options and spawns a SUPERVISOR, which starts its children in
/// order. A request `started_atom` is answered when all are up; it ends with
/// `start_failed` if one does not start. It keeps itself alive until it is
/// sent an exit message or gives up.
/// @returns the handle, or `bad_child_spec` with the field's name.
result<supervisor_actor> start_supervisor(caf::actor_system& system,
                                          supervisor_options options);

/// Makes the options of a nested supervisor, at each of its starts, when the
/// context has the current handles of its siblings; nothing: there is nothing
/// to supervise now.
using supervisor_init = std::function<result<std::optional<supervisor_options>>(
  const start_context&)>;

/// Returns the spec of a nested supervisor; the type is set.
child_spec supervisor_child(child_rules rules, supervisor_init init);

/// Returns what kind of end a reason is.
exit_kind exit_kind_of(const caf::error& reason);

/// Returns the reason in words, for people.
std::string to_text(const caf::error& reason);

/// A SUPERVISOR: it starts its children in order, restarts them by its
/// strategy, stops them in reverse order, and ends with reason `shutdown` when
/// they need too many restarts. What to do is decided in
/// `runtime/policy/supervision.hpp`; here it is done, one task at a time: a
/// task stops some children and then starts some. Ends of children and
/// requests that come meanwhile wait; questions are answered at once.
struct supervisor_state {
  using self_pointer = supervisor_actor::stateful_pointer<supervisor_state>;
  using serial = uint64_t; ///< Of a child; they grow in start order.
  static constexpr const char* name = "supervisor";

  /// How a child ended once.
  struct ending {
    time_point at{};
    std::string reason;
  };

  struct child {
    std::shared_ptr<const child_spec> spec;
    std::any args;
    caf::actor handle;       ///< Null unless it runs; keeps it alive.
    caf::actor_addr address; ///< Of the last actor.
    child_state state = child_state::stopped;
    time_point since{};
    uint64_t generation = 0; ///< Makes old timers and answers recognizable.
    bool was_killed = false; ///< By this supervisor.
    std::optional<caf::error> ended; ///< It did, and was not dealt with yet.
    restart_backoff backoff;
    uint64_t restarts = 0;
    std::string info;
    uint64_t ends = 0;              ///< All that there were.
    std::deque<ending> last_ends{}; ///< At most `kept_ends_max`, for people.
  };

  static constexpr size_t kept_ends_max = 5;

  /// How a task ended.
  struct outcome {
    serial failed = 0; ///< The child that did not start, or 0.
    error why;
    child_started started; ///< The last one.
  };

  struct task {
    std::vector<serial> stop;  ///< In start order; taken from the back.
    std::vector<serial> start; ///< In reverse order; taken from the back.
    bool parallel = false;     ///< Stop all at once, with one timer.
    std::function<void(const outcome&)> done;
    caf::response_promise promise; ///< Of the request it serves, if any.
  };

  /// The end of a child, or the time of its next restart.
  struct incident {
    serial who = 0;
    uint64_t generation = 0;
    bool is_retry = false;
  };

  struct request {
    caf::response_promise promise;
    std::function<void(caf::response_promise&)> begin;
  };

  explicit supervisor_state(self_pointer self_ptr);
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  /// Kills the children that are left: a supervisor that was killed cannot
  /// stop them in order.
  ~supervisor_state();

  // Messages; supervisor_requests.cpp has those of the dynamic interface.
  void init();
  void down(const caf::down_msg& what);
  void exit(const caf::exit_msg& what);
  void due(const start_due& what);
  void overdue(const stop_overdue& what);
  caf::result<void> started();
  caf::result<child_started> add(const start_child& what);
  caf::result<void> terminate(const terminate_child& what);
  caf::result<child_started> restart(const restart_child& what);
  caf::result<void> remove(const delete_child& what);
  caf::result<caf::actor> find(const find_child& what);
  caf::result<child_spec> spec_of(const get_childspec& what);
  caf::result<void> check(const check_childspecs& what) const;
  child_list list() const;
  child_counts count() const;
  caf::result<supervision_tree> tree();

  // Tasks (supervisor.cpp).
  void advance();
  bool step();
  bool next_task();
  void finish_task(const outcome& how);
  void deal_with(const incident& what);
  void after_end(serial who, child& of, const caf::error& reason);
  void try_restart(serial who, child& of, bool at_once);
  void begin_restart(serial who);
  void restart_done(serial who, const outcome& how);
  std::vector<serial> affected_by(serial who) const;
  size_t living_significant() const;
  void end(caf::error reason);

  // Starting and stopping one child (supervisor_children.cpp).
  serial insert(std::shared_ptr<const child_spec> spec, std::any args);
  void forget(serial who);
  void start(serial who);
  start_outcome call_start(serial who, const child& of);
  void adopt(serial who, child& of, start_outcome& how);
  void await_start(serial who, const child& of);
  void start_ended(serial who, uint64_t generation, const caf::error& why);
  void start_failed(serial who, error why);
  void stop_next();
  void begin_stop(serial who);
  void stopped(serial who, const caf::error& reason);
  void abandon(serial who);
  void note_end(child& of, std::string reason) const;
  void set(child& of, child_state state);
  void report(supervision_event what, const child& of, std::string reason);
  std::string path_of(serial who, const child& of) const;
  std::string id_of(serial who, const child& of) const;

  // The dynamic interface (supervisor_requests.cpp).
  template <class T>
  caf::result<T> later(std::function<void(caf::response_promise&)> begin);
  void begin_add(const start_child& what, caf::response_promise& promise);
  void begin_terminate(const terminate_child& what,
                       caf::response_promise& promise);
  void begin_again(const restart_child& what, caf::response_promise& promise);
  void begin_remove(const delete_child& what, caf::response_promise& promise);
  void begin_start(serial who, bool is_new, caf::response_promise& promise);
  result<serial> serial_of(const std::string& id, const caf::actor& handle);
  result<serial> stopped_child(const std::string& id);
  supervision_tree::node node_of(serial who, const child& of) const;
  bool is_simple() const;

  self_pointer self;
  supervisor_options options;
  restart_window window{1, std::chrono::milliseconds{5000}};
  std::unique_ptr<random_source> random;
  std::shared_ptr<const child_spec> pattern; ///< Of `simple_one_for_one`.
  std::map<serial, child> children;
  std::unordered_map<std::string, serial> by_id;
  std::map<caf::actor_addr, serial> by_address;
  std::map<caf::actor_addr, child_rules> zombies; ///< The newest ones.
  uint64_t zombie_count = 0; ///< All that have not ended, as far as known.
  serial last_serial = 0;

  std::optional<task> current;
  std::set<serial> stopping;     ///< Children that the task waits for.
  std::optional<serial> awaited; ///< The child that has to say it is up.
  uint64_t stop_number = 0;      ///< Makes old timers recognizable.
  bool stop_is_kill = false;     ///< `stopping` were sent a kill.
  outcome result_so_far;
  std::deque<incident> incidents;
  std::deque<request> requests;
  std::vector<caf::response_promise> waiting_for_start;
  bool has_begun = false;
  bool is_up = false;
  bool is_ending = false;
  time_point started_at{};
  /// Nobody else might hold it: monitors do not keep their actor alive.
  caf::strong_actor_ptr pin;
};

/// Creates the behavior of a SUPERVISOR; use `start_supervisor`, which checks
/// the options.
supervisor_actor::behavior_type supervisor(supervisor_state::self_pointer self,
                                           supervisor_options options);

} // namespace troupe
