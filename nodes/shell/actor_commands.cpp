#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec fault_options[] = {
  {"for", kind::duration, "TIME",
   "How long freeze, cut, drop and delay last (default 3s)"},
  {"share", kind::text, "PERCENT",
   "The part of the slices that drop and delay hit (default 10%)"},
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
  "Of a supervisor it shows the strategy and how many restarts its window has "
  "used and left; of every actor its state, for how long it is in it, and how "
  "often it was restarted.";

constexpr std::string_view fault_details =
  "For tests of a cluster. ACTION is kill (an actor by its path in troupe "
  "tree, or without a path the whole process), freeze (the process), cut (a "
  "worker's connections to its coordinator), drop or delay (a --share of the "
  "slices that it delivers). "
  "Only nodes with node.faults = yes do it.";

constexpr command_spec commands[] = {
  {"tree",
   "Show the supervision trees",
   "[NODE]",
   0,
   1,
   {},
   tree_details,
   tree_examples,
   tree_command},
  {"fault", "Break something on purpose", "ACTION NODE [PATH]", 2, 3,
   fault_options, fault_details, fault_examples, fault_command},
};

} // namespace

std::span<const command_spec> actor_commands() {
  return commands;
}

} // namespace troupe::shell
