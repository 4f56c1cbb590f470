#include "nodes/shell/command_table.hpp"

#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

#include <algorithm>

namespace troupe::shell {

namespace {

using kind = argument_kind;

constexpr option_spec global_table[] = {
  {"connect", kind::endpoint, "HOST:PORT",
   "Where the coordinator listens (default 127.0.0.1:7400, or the variable "
   "TROUPE_CONNECT)"},
  {"cluster", kind::text, "NAME",
   "The name of the cluster, to be sure that it is the right one (default "
   "\"default\")"},
  {"connect-timeout", kind::duration, "TIME",
   "How long to try to reach the coordinator (default 5s); then exit code 3"},
  {"json", kind::none, "",
   "Print one JSON document on stdout and nothing else there"},
  {"help", kind::none, "", "Print the help of the command and exit"},
  {"version", kind::none, "", "Print the version and exit"},
};

// -- options of more than one command -----------------------------------------

constexpr option_spec reduce_option = {
  "reduce", kind::reducer, "SPEC",
  "How the results are merged: collect, count, sum, min, max, stats, "
  "merge_counts, top:N, concat or none (default collect)"};
constexpr option_spec name_option = {"name", kind::text, "TEXT",
                                     "A name for the job, for people"};
constexpr option_spec retries_option = {
  "retries", kind::count,
  "N",       "Attempts after the first one, for each task (default 3)",
  false,     limits::retries_max};
constexpr option_spec backoff_option = {
  "backoff", kind::duration, "TIME",
  "The wait before the second attempt, doubled for each further one; what is "
  "waited is a random part of it (default 100ms)"};
constexpr option_spec backoff_cap_option = {
  "backoff-cap", kind::duration, "TIME",
  "The longest wait before an attempt (default 10s)"};
constexpr option_spec task_timeout_option = {
  "task-timeout", kind::duration, "TIME",
  "Stop an attempt that runs longer; it counts as failed (default: none)"};
constexpr option_spec deadline_option = {
  "deadline", kind::text, "TIME",
  "The job fails if it has not ended then: +DURATION from now, or as in "
  "2026-07-01T18:00:00Z"};
constexpr option_spec max_crashes_option = {
  "max-crashes",
  kind::count,
  "N",
  "Give a task up when so many workers were lost while they ran "
  "nothing else; 0: never (default 3)",
  false,
  UINT32_MAX};
constexpr option_spec priority_option = {
  "priority", kind::text, "N",
  "Jobs of a higher priority get workers first; may be negative (default 0)"};
constexpr option_spec weight_option = {
  "weight", kind::count,
  "N",      "Share of the workers among jobs of equal priority (default 1)",
  false,    limits::job_weight_max};
constexpr option_spec cpus_option = {
  "cpus", kind::text, "N",
  "Cpus that each task needs while it runs; fractions are fine (default 1)"};
constexpr option_spec memory_option = {
  "memory", kind::size, "SIZE",
  "Memory that each task needs; counted, not enforced (default: none)"};
constexpr option_spec resource_option = {
  "resource", kind::text, "NAME[:AMOUNT]",
  "A named resource that each task needs, as in gpu:1; may be given many times",
  true};
constexpr option_spec label_option = {
  "label", kind::text, "LABEL",
  "Only workers with this label run the tasks; may be given many times", true};
constexpr option_spec prefer_option = {
  "prefer", kind::text, "LABEL",
  "Workers with this label come first, if they have room; may be given many "
  "times",
  true};
constexpr option_spec placement_option = {
  "placement", kind::text, "NAME",
  "How the workers are chosen: adaptive, least_loaded, round_robin, locality "
  "or work_stealing (default: the coordinator's, adaptive)"};
constexpr option_spec near_option = {
  "near", kind::text, "NODE",
  "The node, or the label of workers, where the inputs are best run, for "
  "--placement locality"};
constexpr option_spec max_dead_option = {
  "max-dead", kind::count, "N",
  "The job fails at once at so many dead letters (default: the "
  "coordinator's, 10000)"};
constexpr option_spec key_option = {
  "key", kind::text, "TEXT",
  "Idempotency key: a second submit with the same key returns the first job"};
constexpr option_spec args_option = {"args", kind::text, "JSON",
                                     "One value that is shared by all tasks"};
constexpr option_spec range_option = {
  "range", kind::text, "A..B[/STEP]",
  "Inputs: the integers from A up to B (exclusive); with STEP the pairs "
  "[i, min(i+STEP, B)]"};
constexpr option_spec lines_option = {
  "lines", kind::file, "FILE",
  "Inputs: the lines of FILE, or of stdin if it is -, as strings without "
  "their newlines"};
constexpr option_spec split_option = {
  "split", kind::files, "FILE...",
  "Inputs: the files in pieces of about --chunk bytes, cut at line ends", true};
constexpr option_spec chunk_option = {
  "chunk", kind::size, "SIZE",
  "The size of the pieces of --split (default 1MiB, at most 16MiB)"};
constexpr option_spec glob_option = {
  "glob", kind::text, "PATTERN",
  "Inputs: the paths that match the pattern, sorted, as strings"};
constexpr option_spec input_option = {
  "input", kind::text, "JSON", "One input; may be given many times", true};
constexpr option_spec timeout_option = {
  "timeout", kind::duration, "TIME",
  "Stop waiting after this time with exit code 124; the job goes on"};
constexpr option_spec output_option = {
  "output", kind::file, "FILE",
  "Write the result to FILE, all of it or nothing, instead of stdout"};
constexpr option_spec raw_option = {
  "raw", kind::none, "",
  "Write a result that is a string or bytes as it is, not as JSON"};

// -- options of each command --------------------------------------------------

constexpr option_spec run_options[] = {
  range_option,       lines_option,    split_option,       chunk_option,
  glob_option,        input_option,    args_option,        reduce_option,
  name_option,        key_option,      retries_option,     backoff_option,
  backoff_cap_option, max_dead_option, max_crashes_option, task_timeout_option,
  deadline_option,    priority_option, weight_option,      cpus_option,
  memory_option,      resource_option, label_option,       prefer_option,
  placement_option,   near_option,     timeout_option,     output_option,
  raw_option};
constexpr option_spec submit_options[] = {
  range_option,       lines_option,    split_option,       chunk_option,
  glob_option,        input_option,    args_option,        reduce_option,
  name_option,        key_option,      retries_option,     backoff_option,
  backoff_cap_option, max_dead_option, max_crashes_option, task_timeout_option,
  deadline_option,    priority_option, weight_option,      cpus_option,
  memory_option,      resource_option, label_option,       prefer_option,
  placement_option,   near_option};
constexpr option_spec fault_options[] = {
  {"for", kind::duration, "TIME",
   "How long freeze, cut, drop and delay last (default 3s)"},
  {"share", kind::text, "PERCENT",
   "The part of the slices that drop and delay hit (default 10%)"},
  {"by", kind::duration, "TIME", "How late delay makes them (default 100ms)"},
};
constexpr option_spec dead_options[] = {
  {"error", kind::text, "TEXT", "Only those whose error contains TEXT"},
  {"all", kind::none, "", "Really requeue or purge those of all jobs"}};
constexpr option_spec wait_options_table[] = {
  timeout_option,
  {"result", kind::none, "", "Print the result when the job succeeded"}};
constexpr option_spec result_options[] = {output_option, raw_option};
constexpr option_spec jobs_options[] = {
  {"limit", kind::count, "N",
   "Show only the newest N jobs; 0: all (default 50, with --json all)"}};
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
constexpr option_spec help_options[] = {
  {"completion", kind::shell, "SHELL",
   "Print the completion script of a shell: bash"}};

// -- examples -----------------------------------------------------------------

constexpr example run_examples[] = {
  {"troupe run count_primes --range 0..1000000000/10000000 --reduce sum",
   "How many primes there are below a billion, in 100 tasks"},
  {"troupe run wordcount --split *.txt --reduce top:10",
   "The ten most frequent words of some files"},
  {"seq 1 9 | troupe run echo --lines -", "Each line is one task"},
  {"troupe run sleep --input 100 --input 200 --timeout 10s",
   "Two tasks, waiting at most ten seconds"},
};
constexpr example submit_examples[] = {
  {"job=$(troupe submit noop --range 0..1000000 --reduce count)",
   "Starts a job and remembers its number"},
};
constexpr example wait_examples[] = {
  {"troupe wait 7 --timeout 1m --result",
   "Waits up to a minute, then prints the result"},
};
constexpr example result_examples[] = {
  {"troupe result 7 --output counts.json", "Saves the result of job 7"},
};
constexpr example jobs_examples[] = {
  {"troupe jobs --limit 5", "The five newest jobs"},
  {"troupe --json jobs", "All jobs, for programs"},
};
constexpr example job_examples[] = {
  {"troupe job 7", "Everything about job 7"},
};
constexpr example cancel_examples[] = {
  {"troupe cancel 7", "Cancels job 7"},
};
constexpr example dead_examples[] = {
  {"troupe dead list 7", "The dead letters of job 7"},
  {"troupe dead show 7/4321", "One of them with all of its attempts"},
  {"troupe dead requeue 7", "Job 7 goes on with its dead letters"},
  {"troupe dead requeue --error \"no such file\"",
   "All that failed for one reason"},
  {"troupe dead purge 7", "Forget them for good"},
};
constexpr example verify_examples[] = {
  {"troupe verify 7", "Proves that each task of job 7 was accepted once"},
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
constexpr example explain_examples[] = {
  {"troupe explain 7", "What the next task of job 7 waits for"},
  {"troupe explain 7/4321", "Why one task is where it is"},
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
constexpr example functions_examples[] = {
  {"troupe functions", "What the workers can run"},
  {"troupe functions wordcount", "One function with its types"},
};
constexpr example bench_examples[] = {
  {"troupe bench latency", "How long one task takes, there and back"},
  {"troupe bench granularity", "How short tasks may be on this cluster"},
  {"troupe bench throughput --local", "Tasks per second within one process"},
};
constexpr example help_examples[] = {
  {"troupe help run", "Everything about one command"},
  {"troupe help --completion bash > troupe.bash",
   "Completion for bash, to be sourced"},
};

// -- details ------------------------------------------------------------------

constexpr std::string_view input_details =
  "Exactly one kind of input is needed: --range, --lines, --split, --glob "
  "or --input. No inputs at all (an empty file) is fine: the job succeeds "
  "at once.";
constexpr std::string_view run_details =
  "Exactly one kind of input is needed: --range, --lines, --split, --glob "
  "or --input. No inputs at all (an empty file) is fine: the job succeeds "
  "at once.\n\n"
  "Prints the result as JSON; with --json the whole job with its result, "
  "unless --output takes the result. Ctrl-C detaches (exit code 130): the "
  "job goes on, and `troupe wait JOB` comes back to it. A second Ctrl-C "
  "ends the program at once.";
constexpr std::string_view wait_details =
  "Ctrl-C detaches (exit code 130). A job that failed or was cancelled is "
  "exit code 1.";
constexpr std::string_view dead_details =
  "ACTION is list, show, requeue or purge; WHICH is JOB or JOB/INDEX. A job "
  "whose dead letters are requeued goes on running and keeps all that it had. "
  "Dead letters are kept until they are requeued or purged.";
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
constexpr std::string_view verify_details =
  "Replays what is recorded of the job's leases: each task has exactly one "
  "accepted result, none from a lease that was not current. A violation is "
  "exit code 1. Of a job that runs, only what can be judged is.";
constexpr std::string_view cordon_details =
  "What the node has goes on. It stays cordoned when it, or the coordinator's "
  "actors, restart. A node that is gone may be cordoned, too.";
constexpr std::string_view drain_details =
  "Cordons the node and gives what it has not begun to others. Stop it when "
  "it is empty; without --grace this takes at most 30 s. Ctrl-C while it "
  "waits detaches (exit code 130).";
constexpr std::string_view explain_details =
  "WHAT is JOB/INDEX, or JOB for the task of it that is served next. Says "
  "what the task waits for, its place in the queue, and which workers do not "
  "run it and why.";
constexpr std::string_view bench_details =
  "WHAT is throughput (tasks per second), latency (one task at a time) or "
  "granularity: the part of the time that is work (tasks * length / slots, "
  "divided by the time it took) over the length of the tasks, and METG(50 %), "
  "the shortest task at which half of it is. The jobs are real ones and share "
  "the cluster with others: measure an idle one.";
constexpr std::string_view functions_details =
  "The types are those of docs/shell.md: JSON values of these shapes are "
  "what --input and --args take.";

constexpr command_spec commands[] = {
  {"run", "Submit a job, wait for it and print its result", "FUNCTION", 1, 1,
   run_options, run_details, run_examples, run_command},
  {"submit", "Submit a job and print its number", "FUNCTION", 1, 1,
   submit_options, input_details, submit_examples, submit_command},
  {"wait", "Wait until a job has ended", "JOB", 1, 1, wait_options_table,
   wait_details, wait_examples, wait_command},
  {"result", "Print the result of a job that has ended", "JOB", 1, 1,
   result_options, "", result_examples, result_command},
  {"jobs", "List the jobs, the newest first", "", 0, 0, jobs_options, "",
   jobs_examples, jobs_command},
  {"job",
   "Show one job, also why it waits or failed",
   "JOB",
   1,
   1,
   {},
   "",
   job_examples,
   job_command},
  {"cancel",
   "Cancel a job",
   "JOB",
   1,
   1,
   {},
   "What runs is asked to stop; results that were accepted stay readable.",
   cancel_examples,
   cancel_command},
  {"explain",
   "Say why a task is where it is",
   "WHAT",
   1,
   1,
   {},
   explain_details,
   explain_examples,
   explain_command},
  {"dead", "List, show, requeue or purge dead letters", "ACTION [WHICH]", 1, 2,
   dead_options, dead_details, dead_examples, dead_command},
  {"verify",
   "Check that each task of a job was accepted exactly once",
   "JOB",
   1,
   1,
   {},
   verify_details,
   verify_examples,
   verify_command},
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
  {"functions",
   "List the functions that the workers offer",
   "[NAME]",
   0,
   1,
   {},
   functions_details,
   functions_examples,
   functions_command},
  {"bench", "Measure what the cluster can do", "WHAT", 1, 1, bench_options,
   bench_details, bench_examples, bench_command},
  {"help", "Show help, for all or one command", "[COMMAND]", 0, 1, help_options,
   "", help_examples, help_command},
};

const option_spec* find_in(std::span<const option_spec> options,
                           std::string_view name) {
  auto i = std::find_if(options.begin(), options.end(),
                        [name](const auto& x) { return x.name == name; });
  return i == options.end() ? nullptr : &*i;
}

} // namespace

std::span<const command_spec> command_table() {
  return commands;
}

std::span<const option_spec> global_options() {
  return global_table;
}

const command_spec* find_command(std::string_view name) {
  auto i = std::find_if(std::begin(commands), std::end(commands),
                        [name](const auto& x) { return x.name == name; });
  return i == std::end(commands) ? nullptr : &*i;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto& command : commands)
    names.emplace_back(command.name);
  return names;
}

const option_spec* find_option(const command_spec* command,
                               std::string_view name) {
  if (command != nullptr)
    if (const auto* found = find_in(command->options, name))
      return found;
  return find_in(global_table, name);
}

} // namespace troupe::shell
