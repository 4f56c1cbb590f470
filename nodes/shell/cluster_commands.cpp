#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec bench_options[] = {
  {"time", kind::duration, "TIME",
   "About how long each measurement takes (default 500ms)"},
  {"longest", kind::duration, "TIME",
   "The longest task that granularity tries (default 1s)"},
  {"local", kind::none, "",
   "Measure a cluster inside this process instead of connecting to one"},
};

constexpr option_spec drain_options[] = {
  {"grace", kind::duration, "TIME",
   "How long what runs may go on; then it is stopped and runs elsewhere, "
   "without blame (default 30s)"},
  {"wait", kind::none, "", "Wait until the node holds nothing"},
  {"timeout", kind::duration, "TIME",
   "Wait, but stop waiting after this time with exit code 124; the drain goes "
   "on"},
};

constexpr example nodes_examples[] = {
  {"troupe nodes", "The nodes that the coordinator knows"},
};

constexpr example cordon_examples[] = {
  {"troupe cordon w1", "Node w1 ends what it has and gets nothing new"},
};

constexpr example uncordon_examples[] = {
  {"troupe uncordon w1", "Node w1 gets work again"},
};

constexpr example drain_examples[] = {
  {"troupe drain w1 --wait", "Node w1 is empty when this returns"},
  {"troupe drain w1 --grace 0s", "Its work is taken away at once"},
};

constexpr example bench_examples[] = {
  {"troupe bench latency", "How long one task takes, there and back"},
  {"troupe bench granularity", "How short tasks may be on this cluster"},
  {"troupe bench throughput --local", "Tasks per second within one process"},
};

constexpr std::string_view cordon_details =
  "What the node has goes on. It stays cordoned when it, or the coordinator's "
  "actors, restart. A node that is gone may be cordoned, too.";

constexpr std::string_view drain_details =
  "Cordons the node and gives what it has not begun to others. Stop it when "
  "it is empty; without --grace this takes at most 30 s. Ctrl-C while it "
  "waits detaches (exit code 130).";

constexpr std::string_view bench_details =
  "WHAT is throughput (tasks per second), latency (one task at a time) or "
  "granularity: the part of the time that is work (tasks * length / slots, "
  "divided by the time it took) over the length of the tasks, and METG(50 %), "
  "the shortest task at which half of it is. The jobs are real ones and share "
  "the cluster with others: measure an idle one.";

constexpr command_spec commands[] = {
  {"nodes",
   "List the nodes of the cluster",
   "",
   0,
   0,
   {},
   "",
   nodes_examples,
   nodes_command},
  {"cordon",
   "Give a node nothing new",
   "NODE",
   1,
   1,
   {},
   cordon_details,
   cordon_examples,
   cordon_command},
  {"uncordon",
   "Give a node work again",
   "NODE",
   1,
   1,
   {},
   "",
   uncordon_examples,
   uncordon_command},
  {"drain", "Take a node out of work, for maintenance", "NODE", 1, 1,
   drain_options, drain_details, drain_examples, drain_command},
  {"bench", "Measure what the cluster can do", "WHAT", 1, 1, bench_options,
   bench_details, bench_examples, bench_command},
};

} // namespace

std::span<const command_spec> cluster_commands() {
  return commands;
}

} // namespace troupe::shell
