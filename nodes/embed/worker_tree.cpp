#include "actors/agent.hpp"
#include "actors/io_thread.hpp"
#include "actors/runner.hpp"
#include "actors/supervisor.hpp"
#include "actors/uplink.hpp"
#include "actors/worker.hpp"
#include "nodes/embed/roles.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

/// The supervision tree of a worker (docs/supervision.md):
///
///     worker            one_for_one
///     └─ worker_tree    rest_for_one
///        ├─ worker
///        ├─ runners     one_for_one, a runner per slot
///        ├─ agent
///        └─ uplink
namespace troupe {

namespace {

using std::chrono::milliseconds;

/// What all start functions share.
struct parts {
  worker_role_options options;
  std::shared_ptr<worker_directory> now;
  /// The root's own address, as soon as it starts children.
  std::shared_ptr<caf::actor_addr> root = std::make_shared<caf::actor_addr>();
};

/// A restart a second is survived for ever, a crash at each start is not.
supervisor_flags tree_flags() {
  supervisor_flags flags;
  flags.strategy = supervision_strategy::rest_for_one;
  flags.intensity = 10;
  flags.period = milliseconds{5'000};
  return flags;
}

supervisor_flags root_flags() {
  supervisor_flags flags;
  flags.intensity = 10;
  flags.period = milliseconds{10'000};
  return flags;
}

child_spec worker_child(const parts& of) {
  return {{"worker"}, [of](const start_context& context) {
            return start_outcome::started(
              spawn_on_io_thread(context.system, worker, of.options.worker));
          }};
}

child_spec runners_child(const parts& of) {
  auto spec = supervisor_child({"runners"}, [of](const start_context& context) {
    runner_supervisor_options terms;
    terms.worker = context.sibling<worker_actor>("worker");
    terms.slots = of.options.worker.slots;
    terms.threads = of.options.worker.runners;
    terms.log = of.options.worker.log;
    terms.pace = of.options.worker.pace;
    return std::optional{runner_supervisor(terms)};
  });
  spec.start = [start = spec.start](const start_context& context) {
    auto result = start(context);
    if (result.child)
      caf::anon_send(context.sibling<worker_actor>("worker"),
                     use_runners{result.child});
    return result;
  };
  return spec;
}

start_outcome start_agent(const parts& of, const start_context& context) {
  agent_options terms;
  terms.root = caf::actor_cast<supervisor_actor>(*of.root);
  terms.faults = of.options.faults;
  terms.control = of.options.control;
  terms.functions = of.options.worker.functions;
  terms.permissions = of.options.worker.permissions;
  terms.spawns = of.options.worker.runners;
  terms.process = make_process_control();
  terms.worker = context.sibling<worker_actor>("worker");
  terms.dial = of.options.dial;
  terms.log = of.options.worker.log;
  terms.about = of.options.about;
  terms.about.role = "worker";
  return start_outcome::started(context.system.spawn(agent, terms));
}

start_outcome start_uplink(const parts& of, const start_context& context) {
  const auto& terms = of.options;
  uplink_options result;
  result.dial = terms.dial;
  result.who = {terms.cluster, terms.worker.name, terms.worker.incarnation_id};
  result.worker = context.sibling<worker_actor>("worker");
  result.agent = context.sibling("agent");
  result.seed = terms.seed;
  result.heartbeat_interval = terms.heartbeat_interval;
  result.on_refused = terms.on_refused;
  result.log = terms.worker.log;
  result.connects = terms.worker.runners;
  return start_outcome::started(context.system.spawn(uplink, result));
}

result<std::optional<supervisor_options>> tree_options(const parts& of) {
  supervisor_options result;
  result.flags = tree_flags();
  result.seed = of.options.seed + 1;
  result.log = of.options.worker.log;
  result.on_report = [now = of.now](const auto& what, const auto& who) {
    now->note(what, who);
  };
  result.children.push_back(worker_child(of));
  result.children.push_back(runners_child(of));
  result.children.push_back({{"agent"}, [of](const start_context& context) {
                               return start_agent(of, context);
                             }});
  result.children.push_back({{"uplink"}, [of](const start_context& context) {
                               return start_uplink(of, context);
                             }});
  return std::optional{std::move(result)};
}

} // namespace

worker_role start_worker(caf::actor_system& system,
                         const worker_role_options& options) {
  parts all{options, std::make_shared<worker_directory>()};
  supervisor_options root;
  root.path = "worker";
  root.flags = root_flags();
  root.seed = options.seed;
  root.log = options.worker.log;
  root.on_report = [now = all.now, gave_up = options.on_gave_up](
                     const auto& what, const auto& who) {
    now->note(what, who);
    if (what.what == supervision_event::intensity_reached && gave_up)
      gave_up(too_many_restarts(what));
  };
  root.children.push_back(
    supervisor_child({"worker_tree"}, [all](const start_context& context) {
      *all.root = context.supervisor;
      return tree_options(all);
    }));
  // The specs are ours, so they are right.
  return {start_supervisor(system, std::move(root)).value(), all.now};
}

} // namespace troupe
