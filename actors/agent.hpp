#pragma once

#include "actors/agent_about.hpp"
#include "actors/dialer.hpp"
#include "actors/spawn.hpp"
#include "runtime/function/function.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/actor_addr.hpp>
#include <caf/atom.hpp>
#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What an agent may do to the process that it lives in.
class process_control {
public:
  virtual ~process_control() = default;

  /// Ends the process at once, as `kill -9` does.
  virtual void kill() = 0;

  /// Stops the process as `kill -STOP` does; something else lets it go on.
  virtual void freeze(std::chrono::milliseconds time) = 0;
};

/// Acts on this very process.
std::shared_ptr<process_control> make_process_control();

struct agent_options {
  supervisor_actor root; ///< Of the tree that it speaks for.
  bool faults = false;   ///< It may break things.
  std::shared_ptr<process_control> process;
  worker_actor worker;          ///< Of the role of a worker.
  std::shared_ptr<dialer> dial; ///< What its uplink connects with.
  std::shared_ptr<logger> log;
  agent_about about;   ///< What it tells about its node.
  bool control = true; ///< It may restart, stop, spawn and send.
  /// What can be spawned, and what that may do; none without a worker.
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  threading spawns = threading::detached; ///< Of what is spawned.
};

/// An actor of a supervision tree, and where it hangs.
struct actor_place {
  std::string path;
  supervisor_actor above; ///< None: it is the root.
  std::string id;         ///< Among its siblings.
  caf::actor handle;      ///< None unless it runs.
  child_type type = child_type::supervisor;
  child_state state = child_state::running;
};

/// A function that was spawned: what it came to, and how to stop it.
struct spawned_call {
  std::string path;
  std::shared_ptr<std::atomic<bool>> stop;
  std::optional<result<std::string>> ended; ///< Its result as JSON.
  caf::actor_addr child;                    ///< None before it was started.
  /// It is being started or its thread runs, perhaps beyond its time.
  bool running = true;
};

/// A question to an observed actor that it may not have answered yet.
struct open_question {
  std::weak_ptr<const int> ticket; ///< Of the message, while it waits.
  /// Who is told the answer; nobody any more when it takes too long.
  std::vector<std::function<void(const result<std::string>&)>> waiting;
};

/// The AGENT of a role answers questions about its supervision tree, and breaks
/// something on purpose when its node allows that.
struct agent_state {
  using self_pointer = agent_actor::stateful_pointer<agent_state>;
  static constexpr const char* name = "agent";

  explicit agent_state(self_pointer self_ptr) : self(self_ptr) {
    // nop
  }

  caf::result<supervision_tree> show();

  /// Errors: `faults_not_allowed`; `unknown_child` naming the part of the path
  /// that is not there; `bad_usage` for a fault that it cannot make.
  caf::result<fault_done> inject(const inject_fault& what);

  /// Answers with one JSON document, as docs/protocol.md has it. Errors:
  /// `unknown_child` if the path is not of its tree, `bad_usage` for a topic
  /// that it does not know.
  caf::result<node_answer> ask(const ask_node& what);

  caf::result<fault_done> cut(std::chrono::milliseconds time);
  caf::result<fault_done> disturb(const inject_fault& what);

  using promise = caf::typed_response_promise<fault_done>;

  /// Walks down from a supervisor to the child that the rest of the path names
  /// and kills it.
  void kill(const supervisor_actor& from, const std::string& path, size_t at,
            promise to);
  void kill_listed(const child_list& among, const std::string& path, size_t at,
                   promise to);

  using reply = caf::typed_response_promise<node_answer>;

  /// Answer a question; each takes the promise by value, since lambdas have it
  /// as a constant.
  static void tell(reply to, std::string document);
  static void give_up(reply to, caf::error why);

  // Topics about actors (agent_actors.cpp). Each answers with one document.
  void list_actors(const ask_node& what, const reply& to);
  void describe(const ask_node& what, const reply& to);
  void show_state(const ask_node& what, const reply& to);

  // Topics that change the node (agent_control.cpp).
  void restart(const ask_node& what, const reply& to);
  void stop(const ask_node& what, const reply& to);
  void message(const ask_node& what, const reply& to);

  // Functions that run once (agent_spawn.cpp).
  void spawn(const ask_node& what, const reply& to);
  void show_spawned(const ask_node& what, const reply& to);
  void spawned_down(const caf::actor_addr& child);

  /// Asks the spawned functions at a path, or all below it, to stop.
  void stop_spawned(const std::string& path);

  /// Finds the actor at a path and goes on with it. Errors: `unknown_child`.
  void find_actor(const std::string& path, const reply& to,
                  std::function<void(const actor_place&)> then);
  void find_below(const actor_place& from, const std::string& path,
                  const reply& to,
                  std::function<void(const actor_place&)> then);

  /// Asks a supervisor for its report and goes on with it.
  void read_report(const supervisor_actor& of, const reply& to,
                   std::function<void(const std::string&)> then);

  /// Asks an actor for its vitals and goes on with them, or with `null` if it
  /// is busy.
  void read_vitals(const caf::actor& of,
                   std::function<void(const std::string&)> then);

  /// Asks an observed actor and goes on with the answer. One that is busy has
  /// at most one message of each question waiting: whoever asks meanwhile
  /// shares its answer. Errors: `timed_out` if it is busy.
  void ask_observed(const caf::actor& whom, caf::atom_value question,
                    std::function<void(const result<std::string>&)> then);

  agent_state(const agent_state&) = delete;
  agent_state& operator=(const agent_state&) = delete;

  /// What it spawned ends with it: nobody would get the results.
  ~agent_state();

  self_pointer self;
  agent_options options;
  std::map<uint64_t, spawned_call> spawned; ///< The newest ones.
  uint64_t last_spawned = 0;
  std::map<std::pair<caf::actor_addr, caf::atom_value>, open_question> asked;
};

/// Creates the behavior of an AGENT.
agent_actor::behavior_type agent(agent_state::self_pointer self,
                                 agent_options options);

} // namespace troupe
