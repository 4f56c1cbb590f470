#include "nodes/shell/command_groups.hpp"
#include "nodes/shell/commands.hpp"
#include "runtime/base/limits.hpp"

namespace troupe::shell {

namespace {

using kind = argument_kind;

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

constexpr example explain_examples[] = {
  {"troupe explain 7", "What the next task of job 7 waits for"},
  {"troupe explain 7/4321", "Why one task is where it is"},
};

constexpr option_spec rerun_options[] = {
  {"failed", kind::none, "", "Only with the inputs of its dead letters"}};

constexpr example trace_examples[] = {
  {"troupe trace 7/4321", "Where the time of one task went"},
  {"troupe trace 7", "The leases of job 7, in the order of time"},
};

constexpr example rerun_examples[] = {
  {"troupe rerun 7", "A new job like job 7"},
  {"troupe wait $(troupe rerun 7 --failed)",
   "Tries again what failed, as a job of its own"},
};

constexpr example functions_examples[] = {
  {"troupe functions", "What the workers can run"},
  {"troupe functions wordcount", "One function with its types"},
};

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

constexpr std::string_view verify_details =
  "Replays what is recorded of the job's leases: each task has exactly one "
  "accepted result, none from a lease that was not current. A violation is "
  "exit code 1. Of a job that runs, only what can be judged is.";

constexpr std::string_view explain_details =
  "WHAT is JOB/INDEX, or JOB for the task of it that is served next. Says "
  "what the task waits for, its place in the queue, and which workers do not "
  "run it and why.";

constexpr std::string_view trace_details =
  "WHAT is JOB/INDEX for one task or JOB for all leases of a job. The steps "
  "are "
  "submitted, ready, leased, started, ended, accepted, merged and job_ended; "
  "failed, revoked and dead when something went wrong. AT is the time since "
  "the submit, TOOK the time since the step before. Tasks travel in slices: "
  "started and ended are those of the slice that a task was in (TASKS), by "
  "its worker's clock from the arrival of the lease there, so that the way of "
  "the lease counts as a part of the run. When a result was merged is known "
  "only to be before the end of the job.\n\n"
  "The last 100000 events of a job are kept, of a whole job the newest 1000 "
  "steps are shown; a last line says so when there were more. Errors of "
  "attempts are kept until the task succeeds.";

constexpr std::string_view trace_json_shape =
  "{\"job\", \"index\" (null: of the whole job), \"incomplete\" (older steps "
  "are missing), \"steps\": [{\"step\", \"at_seconds\" (since the submit), "
  "\"begin\", \"end\" (the tasks that share the step, \"end\" exclusive), "
  "\"attempt\" (0: not known), \"node\", \"lease\" (empty: none), \"text\"}]}";

constexpr std::string_view rerun_details =
  "Submits a new job with the function, options, name and inputs of one that "
  "has ended, and prints its number. The new job has no idempotency key and no "
  "deadline. The inputs of ended jobs are kept until the job is forgotten, or "
  "until the coordinator needs their memory (they have at most a quarter of "
  "coordinator.memory); a job whose inputs are gone is refused with "
  "inputs_not_kept. Those of a range and of dead letters are always there. A "
  "job whose results were streamed streams again: to whoever reads them within "
  "a minute.\n\n"
  "With --failed the new job has one task for each dead letter, in the order "
  "of "
  "their indices; the dead letters stay. To let the old job itself go on, use "
  "troupe dead requeue.";

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
  {"trace",
   "Show where the time of a task or a job went",
   "WHAT",
   1,
   1,
   {},
   trace_details,
   trace_examples,
   trace_command,
   trace_json_shape,
   {value_kind::task}},
  {"rerun",
   "Submit an ended job again and print the new number",
   "JOB",
   1,
   1,
   rerun_options,
   rerun_details,
   rerun_examples,
   rerun_command,
   "The new job, as `job` shows it.",
   {value_kind::job}},
  {"functions",
   "List the functions that the workers offer",
   "[NAME]",
   0,
   1,
   {},
   functions_details,
   functions_examples,
   functions_command},
};

} // namespace

std::span<const command_spec> job_commands() {
  return commands;
}

} // namespace troupe::shell
