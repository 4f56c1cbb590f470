#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/child_rules.hpp"

#include <caf/actor.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/fwd.hpp>

#include <any>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe {

/// What a start function gets. It is valid during the call.
struct start_context {
  caf::actor_system& system; ///< Where the child is spawned.
  std::string path;          ///< Of the child: `root/cluster/store`.
  caf::actor_addr supervisor;
  /// What `start_child` brought for a template; also at each restart.
  const std::any& args;
  std::function<caf::actor(std::string_view id)> find_sibling;

  /// Returns the current handle of a sibling, null unless it runs. Since a
  /// restart may give siblings new handles, ask at every start.
  template <class Handle = caf::actor>
  Handle sibling(std::string_view id) const {
    return caf::actor_cast<Handle>(find_sibling(id));
  }
};

/// What a start function did.
struct start_outcome {
  enum class kind : uint8_t { started, starting, ignored, failed };

  /// The child is up.
  template <class Handle>
  static start_outcome started(const Handle& child, std::string info = {}) {
    return {
      kind::started, caf::actor_cast<caf::actor>(child), std::move(info), {}};
  }

  /// The child runs and will answer `started_atom` when it is up
  /// (`starting_actor`); the start of its siblings waits for that.
  template <class Handle>
  static start_outcome starting(const Handle& child, std::string info = {}) {
    return {
      kind::starting, caf::actor_cast<caf::actor>(child), std::move(info), {}};
  }

  /// There is nothing to run now; the spec stays unless it is temporary.
  static start_outcome ignored() {
    return {kind::ignored, nullptr, {}, {}};
  }

  static start_outcome failed(error why) {
    return {kind::failed, nullptr, {}, std::move(why)};
  }

  kind how = kind::ignored;
  caf::actor child;
  std::string info;
  error why;
};

/// Called by the SUPERVISOR, in its context, at each start of the child. It
/// must not block: what takes long is done by the child (`starting`).
using start_function = std::function<start_outcome(const start_context&)>;

/// How a SUPERVISOR starts, restarts and stops one child.
struct child_spec {
  child_rules rules;
  start_function start;
};

} // namespace troupe
