#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec fault_options[] = {
  {"for", kind::duration, "TIME",
   "How long freeze, cut, drop and delay last (default 3s, at most 10 "
   "minutes)"},
  {"share", kind::text, "PERCENT",
   "The part of the slices that drop and delay hit, from 1% to 100% (default "
   "10%)"},
  {"by", kind::duration, "TIME", "How late delay makes them (default 100ms)"},
};

constexpr example tree_examples[] = {
  {"troupe tree", "The supervision trees of all nodes"},
  {"troupe tree w1", "Those of one node"},
};

constexpr example fault_examples[] = {
  {"troupe fault kill w1 worker/worker_tree/worker",
   "An actor crashes; its supervisor starts it again"},
  {"troupe fault kill w1", "The process of a node ends as with kill -9"},
  {"troupe fault freeze w1 --for 3s", "The process of a node stands still"},
  {"troupe fault cut w1 --for 2s", "A worker loses its connection"},
  {"troupe fault drop w1 --share 5%", "Some of its results get lost"},
};

constexpr std::string_view tree_details =
  "Shows the trees of one node, or of all that are up: of every actor its "
  "state, for how long it is in it, and how often it was restarted; of a "
  "supervisor also the strategy and the restarts that its window has used, as "
  "in 1/10. The trees, and what restarts mean, are in docs/supervision.md.";

constexpr std::string_view tree_json =
  "an array of {\"node\", \"path\", \"type\", \"state\", \"state_seconds\", "
  "\"restarts\"}; supervisors also have \"strategy\", \"restarts_used\", "
  "\"restarts_left\", \"children\" and \"zombies\". `type` is `supervisor` or "
  "`worker`; `state` is `stopped`, `starting`, `running`, `stopping`, "
  "`restarting` or `zombie`";

constexpr std::string_view fault_details =
  "To see on a test cluster that nothing is lost: only nodes with node.faults "
  "= yes do it.\n\n"
  "* `fault kill NODE PATH`: the actor at that path of `troupe tree`; its "
  "supervisor starts it again\n"
  "* `fault kill NODE`: the whole process, as with `kill -9`\n"
  "* `fault freeze NODE`: the whole process stands still for that time\n"
  "* `fault cut NODE`: the connections of a worker to its coordinator close, "
  "and it makes no other for that time\n"
  "* `fault drop NODE`: a share of the messages with slices is lost on the "
  "way\n"
  "* `fault delay NODE`: a share of them is late";

constexpr command_spec commands[] = {
  {"tree", "Show the supervision trees", "[NODE]", 0, 1, no_options,
   tree_details, tree_examples, tree_command, tree_json, takes_node},
  {"fault", "Break something on purpose", "ACTION NODE [PATH]", 2, 3,
   fault_options, fault_details, fault_examples, fault_command,
   "{\"done\": \"what was done\"}", takes_choice_node_actor,
   "kill freeze cut drop delay"},
};

} // namespace

std::span<const command_spec> actor_commands() {
  return commands;
}

} // namespace troupe::shell
