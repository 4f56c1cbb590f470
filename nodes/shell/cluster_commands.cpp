#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec bench_options[] = {
  {"time", kind::duration, "TIME",
   "About how long each measurement takes, of which granularity has 44 "
   "(default "
   "500ms)"},
  {"longest", kind::duration, "TIME",
   "The longest task that granularity tries (default 1s)"},
  {"local", kind::none, "",
   "Measure a cluster inside this process, one slot a core, instead of "
   "connecting to one"},
};

constexpr option_spec drain_options[] = {
  {"grace", kind::duration, "TIME",
   "How long what runs may go on; then it is stopped and runs elsewhere, "
   "without blame; 0s: not at all (default 30s, at most 7 days)"},
  {"wait", kind::none, "",
   "Wait until the node holds nothing, and say on stderr what it still holds"},
  {"timeout", kind::duration, "TIME",
   "Wait, but stop waiting after this time with exit code 124; 0: never; the "
   "drain goes on"},
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

constexpr std::string_view nodes_details =
  "The state of a node is one of\n\n"
  "* `up`: takes part\n"
  "* `draining`: ends what it has and leaves\n"
  "* `suspect`: silent; gets nothing new, what it has goes on\n"
  "* `down`: silent for too long; its tasks run elsewhere, and it will come "
  "back as a new incarnation\n"
  "* `gone`: left, or its connection was closed\n\n"
  "For people, the state of a cordoned node is `up, cordoned`, or `up, "
  "drained` when it holds nothing any more. The table shows of the resources "
  "what goes beyond a cpu a slot.";

constexpr std::string_view nodes_json =
  "an array of {\"name\", \"roles\": [...], \"state\", \"slots\", \"labels\": "
  "[...], \"functions\", \"version\", \"incarnation\", \"up_seconds\", "
  "\"silent_seconds\", \"phi\", \"busy\", \"queued\", "
  "\"oldest_attempt_seconds\", \"zombies\", \"cordoned\", \"resources\": "
  "{...}}.\n\n"
  "* `resources` is what a worker offers to its tasks together, as in "
  "{\"cpus\": 2, \"memory\": 1073741824, \"gpu\": 1}.\n"
  "* The fields from `silent_seconds` to `oldest_attempt_seconds` come from a "
  "worker's heartbeats: seconds since the last one, how suspect that is (8 "
  "is), busy slots, leases that wait for one, and the age of the oldest "
  "running attempt.\n"
  "* Of a cordoned node, `queued` counts all leases that it holds and does not "
  "run.";

constexpr std::string_view node_json = "the node, as of `nodes`";

constexpr std::string_view cordon_details =
  "What the node has goes on. It stays cordoned, by its name, when its process "
  "or the coordinator's actors restart, until `troupe uncordon`. A node that "
  "is gone may be cordoned, too.";

constexpr std::string_view uncordon_details = "Ends the node's drain, too.";

constexpr std::string_view drain_details =
  "Cordons the node and lets others run what it has not begun. What it runs "
  "may go on for --grace; then it is stopped and runs elsewhere, as the same "
  "attempt and without blame. Stop the node when it is empty. "
  "docs/operating.md has the whole procedure.\n\n"
  "A node that goes while it is waited for is empty. Ctrl-C while it waits "
  "detaches (exit code 130).";

constexpr std::string_view bench_details =
  "Runs jobs of its own and compares their results. They are real ones and "
  "share the cluster with others: measure an idle one. docs/performance.md "
  "says what to expect. WHAT is\n\n"
  "* `throughput`: `echo` tasks of 64 B and range tasks, per second\n"
  "* `latency`: one job of one task at a time, submit to result\n"
  "* `granularity`: the part of the time that is work (tasks * length / slots, "
  "divided by the time it took) over the length of the tasks from 100 ns on, "
  "for payload and for range tasks; and METG(50 %), the shortest task at which "
  "half of it is";

constexpr std::string_view bench_json =
  "{\"bench\": \"throughput\", \"slots\", \"echo_per_s\", \"range_per_s\"}, "
  "{\"bench\": \"latency\", \"slots\", \"samples\", \"p50_us\", \"p99_us\"} or "
  "{\"bench\": \"granularity\", \"slots\", \"metg_payload_us\", "
  "\"metg_range_us\", \"payload\": [...], \"range\": [...]} with points "
  "{\"length_us\", \"tasks\", \"seconds\", \"efficiency\"}. A METG is `null` "
  "if "
  "no length was long enough, and the shortest length measured if even that "
  "one was";

constexpr command_spec commands[] = {
  {"nodes", "List the nodes of the cluster", "", 0, 0, no_options,
   nodes_details, nodes_examples, nodes_command, nodes_json},
  {"cordon", "Give a node nothing new", "NODE", 1, 1, no_options,
   cordon_details, cordon_examples, cordon_command, node_json, takes_node},
  {"uncordon", "Give a node work again", "NODE", 1, 1, no_options,
   uncordon_details, uncordon_examples, uncordon_command, node_json,
   takes_node},
  {"drain", "Take a node out of work, for maintenance", "NODE", 1, 1,
   drain_options, drain_details, drain_examples, drain_command, node_json,
   takes_node},
  {"bench", "Measure what the cluster can do", "WHAT", 1, 1, bench_options,
   bench_details, bench_examples, bench_command, bench_json, takes_choice,
   "throughput latency granularity"},
};

} // namespace

std::span<const command_spec> cluster_commands() {
  return commands;
}

} // namespace troupe::shell
