#pragma once

#include "actors/supervisor.hpp"
#include "runtime/function/function.hpp"
#include "runtime/telemetry/log.hpp"

#include <caf/atom.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <memory>
#include <string>

namespace troupe {

/// Asks a SPAWNED actor to run; the answer is the result as JSON.
using run_atom = caf::atom_constant<caf::atom("run")>;

struct spawned_options {
  std::string function;
  std::string input; ///< JSON.
  std::shared_ptr<const function_registry> functions;
  worker_permissions permissions;
  std::shared_ptr<std::atomic<bool>> stop; ///< Not null.
  logger_ptr log;
};

/// A SPAWNED actor runs a function once, for a person. It is no task: nobody
/// leases it, and when it fails, it has failed.
struct spawned_state {
  static constexpr const char* name = "spawned";

  spawned_options options;
};

/// Runs the function and returns its result as JSON. Blocks. Errors: those of
/// the function, `unknown_function`, `bad_input`, `bad_args`,
/// `result_too_large`.
result<std::string> run_once(const spawned_options& what);

/// Creates the behavior of a SPAWNED actor.
caf::behavior spawned(caf::stateful_actor<spawned_state>* self,
                      spawned_options options);

/// Returns the options of the supervisor of spawned actors, which has none at
/// first.
supervisor_options spawned_supervisor(logger_ptr log);

} // namespace troupe
