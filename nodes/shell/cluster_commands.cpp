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

constexpr option_spec check_options[] = {
  {"warn-queue", kind::count, "N", "Warn when more than N tasks are ready"},
  {"crit-queue", kind::count, "N", "The same, critical"},
  {"warn-oldest", kind::duration, "TIME",
   "Warn when a task has been ready for longer than TIME"},
  {"crit-oldest", kind::duration, "TIME", "The same, critical"},
  {"warn-failures", kind::count, "N",
   "Warn when more than N attempts fail a minute, as over the last seconds"},
  {"crit-failures", kind::count, "N", "The same, critical"},
  {"warn-workers", kind::count, "N",
   "Warn when fewer than N workers take work (default 0)"},
  {"crit-workers", kind::count, "N", "The same, critical (default 1)"},
};

constexpr option_spec config_options[] = {
  {"changed", kind::none, "", "Leave out the defaults"},
};

constexpr option_spec log_options[] = {
  {"follow", kind::none, "",
   "Go on with what is logged from now on (short: -f)"},
  {"level", kind::text, "LEVEL",
   "Only what matters so much: trace, debug, info, warn or error"},
  {"limit", kind::count, "N",
   "Begin with the last N lines; 0: all that are kept (default 50)"},
  {"timeout", kind::duration, "TIME",
   "Stop following after this time with exit code 124"},
};

constexpr option_spec events_options[] = {
  {"follow", kind::none, "", "Show what happens from now on (short: -f)"},
  {"job", kind::count, "N", "Only events of this job and its tasks"},
  {"kind", kind::text, "KIND,...", "Only events of these kinds"},
  {"node", kind::text, "NAME", "Only events of this node"},
  {"limit", kind::count, "N",
   "Show the last N events; 0: all that are kept (default 50); with --follow: "
   "end after N events"},
  {"timeout", kind::duration, "TIME",
   "Stop following after this time with exit code 124"},
};

constexpr option_spec top_options[] = {
  {"once", kind::none, "", "Print one screen and exit"},
  {"sort", kind::text, "KEY",
   "What the table is sorted by at first; the key s changes it"},
  {"view", kind::text, "VIEW", "What is shown at first: nodes or jobs"},
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

constexpr example status_examples[] = {
  {"troupe status", "How the cluster is, on one screen"},
  {"troupe status --json", "The same for programs"},
};

constexpr example check_examples[] = {
  {"troupe check --warn-queue 10000 --crit-oldest 5m",
   "One line and an exit code for a monitoring program"},
};

constexpr example node_examples[] = {
  {"troupe node w1", "Everything about node w1 and its process"},
};

constexpr example config_examples[] = {
  {"troupe config w1", "All options of node w1 and where they came from"},
  {"troupe config w1 --changed", "Only those that somebody set"},
};

constexpr example log_examples[] = {
  {"troupe log w1 --level warn", "The last warnings and errors of node w1"},
  {"troupe log w1 -f", "Its log as it grows"},
};

constexpr example events_examples[] = {
  {"troupe events --kind task_failed,task_dead", "What failed lately"},
  {"troupe events -f --job 7", "What happens to job 7 from now on"},
};

constexpr example top_examples[] = {
  {"troupe top", "The whole cluster, live; ? explains the keys"},
  {"troupe top --once --view jobs", "One screen with the jobs"},
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
  "what goes beyond a cpu a slot. How fast each node is, "
  "troupe watch JOB tells, job by job.";

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

constexpr std::string_view status_details =
  "Shows the nodes by their state, slots, the queue, rates and run times of "
  "the "
  "last seconds, how many jobs have tasks to do, the states of the last 100 "
  "jobs, the newest five, the last failures and what is wrong: workers that "
  "are "
  "missing, suspect, down or cordoned, zombies (attempts that ignored their "
  "stop), jobs that wait and jobs that can never run.";

constexpr std::string_view status_shape =
  "one object: `cluster`, `coordinator` (its address), `node` (its name); "
  "`nodes` with the numbers `all`, `up`, `draining`, `suspect`, `down`, "
  "`gone`, "
  "`cordoned`; `slots` with `all`, `busy`, `queued` (leases that wait for a "
  "slot), `zombies`; `queue` with `ready`, `leased`, `backoff`, "
  "`oldest_ready_seconds`; `rates` with `accepted_per_second`, "
  "`failed_per_second`, `accepted`, `failed`, `run_seconds_p50`, "
  "`run_seconds_p90`, `run_seconds_p99`; `jobs` with `unfinished`, "
  "`looked_at`, of those `open`, `running`, `succeeded`, `failed`, "
  "`cancelled`, and `newest`, an array as of `jobs`; `failures`, an array of "
  "`{\"job\": 7, \"index\": 3, \"node\": \"w1\", \"code\": "
  "\"function_failed\", \"text\": \"...\", \"seconds_ago\": 1.5}`; "
  "`warnings`, an array of sentences.";

constexpr std::string_view check_details =
  "For monitoring, as a plugin of Nagios: prints one line, the state, a colon, "
  "what is wrong, and behind a bar the numbers. This command has exit codes of "
  "its own: 0 ok, 1 warning, 2 critical. A coordinator that cannot be reached "
  "is critical, and a wrong command line ends with 2, too. Without options, it "
  "is critical when no worker takes work (up and not cordoned), and a node "
  "that is suspect or down, zombies, or a job that can never run are warnings.";

constexpr std::string_view check_shape =
  "one object: `state` (`ok`, `warning` or `critical`), `problems`, an array "
  "of "
  "`{\"state\": \"warning\", \"text\": \"...\"}`, and, if the "
  "coordinator was reached, `workers`, `slots`, `busy`, `ready`, "
  "`oldest_ready_seconds`, `failures_per_minute`.";

constexpr std::string_view node_details =
  "What the coordinator knows of the node, and what the node says of its "
  "process: host, process id, memory, processor time, threads, open files, "
  "actors, versions. A node that is gone is shown without its process.";

constexpr std::string_view node_shape =
  "one object as of `nodes`, and `process`: null if it does not answer, else "
  "`host`, `pid`, `listen`, `version`, `protocol`, `caf`, `up_seconds`, "
  "`memory_bytes`, `cpu_seconds`, `threads`, `open_files`, `open_files_max`, "
  "`actors`.";

constexpr std::string_view config_details =
  "Shows each option with its value as it was given, what it came to on that "
  "host if the value leaves that open, and where it came from: a flag, a "
  "variable, a line of a file, or default. A node that a program embeds has no "
  "options.";

constexpr std::string_view config_shape =
  "one object: `node`, and `values`, an array of `{\"key\": "
  "\"worker.slots\", \"value\": \"0\", \"means\": \"8\", \"origin\": "
  "\"default\"}`; `means` is empty where the value says it all; `origin` is "
  "`flag --KEY`, `variable NAME`, `FILE:LINE` or `default`. No values: the "
  "node was not started by trouped.";

constexpr std::string_view log_details =
  "Each node keeps the last 2000 lines of its log, at most 1 MiB, of those "
  "that its option log.level lets through; a node that a program embeds keeps "
  "none. With --follow, waits for a coordinator or a node that is lost, and "
  "says so; lines that came too fast to be read are counted. Ctrl-C ends with "
  "exit code 130.";

constexpr std::string_view log_shape =
  "an array of `{\"node\": \"w1\", \"seq\": 7, \"time_us\": "
  "1787056496789012, \"level\": \"info\", \"component\": \"uplink\", "
  "\"text\": \"...\", \"fields\": {\"why\": \"...\"}}`, the oldest "
  "first; with --follow it grows, an element a line, and is closed at the end. "
  "`time_us`: microseconds since 1970, UTC; `seq` counts from 1 since the "
  "process started.";

constexpr std::string_view events_details =
  "The coordinator keeps the last 4096 events. The kinds are job_state, "
  "task_failed, task_dead, node_joined, node_left, node_suspected, "
  "node_recovered, node_cordoned, node_uncordoned and actor_restarted. With "
  "--follow, waits for a coordinator that is lost, says so, and goes on "
  "behind the last event that was shown; events that came too fast to be read "
  "are counted. Ctrl-C ends with exit code 130.";

constexpr std::string_view events_shape =
  "an array of `{\"seq\": 7, \"kind\": \"job_state\", \"at_us\": "
  "1787056496789012, ...}`, the oldest first; with --follow it grows, an "
  "element a line, and is closed at the end. `at_us`: microseconds since 1970, "
  "UTC. All events of jobs and tasks have `job`; those of tasks `index`; "
  "job_state has `state`, `name`, `function`, `tasks`, `succeeded`, `dead`, "
  "`cancelled`, `running`, `attempts`, `elapsed_us`, `reason`; `node` and "
  "`text` are there where there is something to say.";

constexpr std::string_view top_details =
  "Shows nodes or jobs with rates and latencies, anew each second, until q or "
  "Ctrl-C. Keys: arrows or j and k select a row, Enter looks into it, Esc goes "
  "back, Tab switches between nodes and jobs, s sorts by the next column, r "
  "turns the order around, p pauses, ? explains. Where stdout is no terminal, "
  "it prints one screen.\n\n"
  "Enter on a job shows what each node has done of it; how fast each node is, "
  "troupe watch JOB tells. A node that hangs has the largest OLDEST.";

constexpr std::string_view top_shape =
  "once: an object with `status`, as of `status`, `nodes`, an array as of "
  "`nodes`, and `jobs`, an array as of `jobs`, the newest 100.";

constexpr std::string_view cordon_details =
  "What the node has goes on. It stays cordoned, by its name, when its process "
  "or the coordinator's actors restart, until `troupe uncordon`. A node that "
  "is gone may be cordoned, too.";

constexpr std::string_view uncordon_details = "Ends the node's drain, too.";

constexpr std::string_view drain_details =
  "Cordons the node and lets others run what it has not begun. What it runs "
  "may go on for --grace; then it is stopped and runs elsewhere, as the same "
  "attempt and without blame. When the node is empty, end its trouped with "
  "SIGTERM (kill PID; troupe node NODE shows the PID). docs/operating.md has "
  "the whole procedure.\n\n"
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
  {"status", "Show how the cluster is, on one screen", "", 0, 0, no_options,
   status_details, status_examples, status_command, status_shape},
  {"top", "Watch the cluster, full screen", "", 0, 0, top_options, top_details,
   top_examples, top_command, top_shape},
  {"check", "Tell a monitoring program whether all is well", "", 0, 0,
   check_options, check_details, check_examples, check_command, check_shape},
  {"nodes", "List the nodes of the cluster", "", 0, 0, no_options,
   nodes_details, nodes_examples, nodes_command, nodes_json},
  {"node", "Show everything about one node", "NODE", 1, 1, no_options,
   node_details, node_examples, node_command, node_shape, takes_node},
  {"config", "Show the options of a node and where they came from", "NODE", 1,
   1, config_options, config_details, config_examples, config_command,
   config_shape, takes_node},
  {"log", "Show the log of a node", "NODE", 1, 1, log_options, log_details,
   log_examples, log_command, log_shape, takes_node},
  {"events", "Show what happened, or what happens", "", 0, 0, events_options,
   events_details, events_examples, events_command, events_shape},
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
