#pragma once

#include "actors/agent_about.hpp"
#include "actors/dialer.hpp"
#include "runtime/telemetry/log.hpp"
#include "runtime/wire/protocol.hpp"

#include <caf/response_promise.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

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
  agent_about about; ///< What it tells about its node.
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

  /// Answers with one JSON document. Errors: `unknown_child` if the path is not
  /// of its tree, `bad_usage` for a topic that it does not know.
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

  self_pointer self;
  agent_options options;
};

/// Creates the behavior of an AGENT.
agent_actor::behavior_type agent(agent_state::self_pointer self,
                                 agent_options options);

} // namespace troupe
