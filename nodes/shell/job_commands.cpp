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
  "The job fails if it has not ended then: +DURATION from now, or an RFC 3339 "
  "time as in 2026-07-01T18:00:00Z"};

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
  "weight", kind::count, "N",
  "Share of the workers among jobs of equal priority, from 1 to 1000 (default "
  "1)"};

constexpr option_spec cpus_option = {"cpus", kind::text, "N",
                                     "Cpus that each task needs while it runs, "
                                     "with up to four decimals (default 1)"};

constexpr option_spec memory_option = {
  "memory", kind::size, "SIZE",
  "Memory that each task needs; counted, not enforced (default: none)"};

constexpr option_spec resource_option = {
  "resource", kind::text, "NAME[:AMOUNT]",
  "A named resource that each task needs, as in gpu:1 or licence:0.5; a list "
  "with commas, or given many times",
  true};

constexpr option_spec label_option = {
  "label", kind::text, "LABEL",
  "Only workers with this label run the tasks; may be given many times: all "
  "are required",
  true};

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
  "--placement locality; not for --range"};

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

constexpr option_spec file_option = {
  "file", kind::file, "FILE",
  "A job file (short: -f): one JSON object with function, inputs and these "
  "options by their names; - is stdin. What the command line says comes first"};

constexpr option_spec dry_run_option = {
  "dry-run", kind::none, "",
  "Check everything, also against the cluster, and print what would be "
  "submitted; submit nothing"};

constexpr option_spec stream_option = {
  "stream", kind::none, "",
  "Do not merge the results: hand each one out when it is accepted, to run or "
  "to `troupe result JOB`, which has to come within a minute"};

constexpr option_spec timeout_option = {
  "timeout", kind::duration, "TIME",
  "Stop waiting after this time with exit code 124; 0: never; the job goes on"};

constexpr option_spec output_option = {
  "output", kind::file, "FILE",
  "Write the result to FILE instead of stdout: all of it, or the file stays as "
  "it was"};

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
  placement_option,   near_option,     stream_option,      file_option,
  dry_run_option,     timeout_option,  output_option,      raw_option};

constexpr option_spec submit_options[] = {
  range_option,       lines_option,    split_option,       chunk_option,
  glob_option,        input_option,    args_option,        reduce_option,
  name_option,        key_option,      retries_option,     backoff_option,
  backoff_cap_option, max_dead_option, max_crashes_option, task_timeout_option,
  deadline_option,    priority_option, weight_option,      cpus_option,
  memory_option,      resource_option, label_option,       prefer_option,
  placement_option,   near_option,     stream_option,      file_option,
  dry_run_option};

constexpr option_spec dead_options[] = {
  {"error", kind::text, "TEXT", "Only those whose error contains TEXT"},
  {"all", kind::none, "",
   "Needed to requeue or purge without WHICH and --error"}};

constexpr option_spec wait_options_table[] = {
  timeout_option,
  {"result", kind::none, "", "Print the result when the job succeeded"}};

constexpr option_spec result_options[] = {timeout_option, output_option,
                                          raw_option};

constexpr option_spec watch_options[] = {timeout_option};

constexpr option_spec tasks_options[] = {
  {"state", kind::text, "STATE,...",
   "Only tasks in these states: waiting, ready, leased, backoff, succeeded, "
   "dead or cancelled"},
  {"older", kind::duration, "TIME",
   "Only tasks that were leased at least so long ago"},
  {"limit", kind::count, "N",
   "Show only the first N groups; 0: all (default 50, with --json all)"}};

constexpr option_spec jobs_options[] = {
  {"limit", kind::count, "N",
   "Show only the newest N jobs; 0: all (default 50, with --json all); stderr "
   "says when some are left out"},
  {"state", kind::text, "STATE,...",
   "Only jobs in these states: open, running, succeeded, failed or cancelled"},
  {"name", kind::text, "TEXT", "Only jobs whose name contains TEXT"}};

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
  {"troupe submit -f job.json --dry-run",
   "Checks a job file, such as {\"function\": \"echo\", \"inputs\": [1, 2]}"},
  {"troupe submit -f job.json --retries 5", "Submits it, but with 5 retries"},
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

constexpr example watch_examples[] = {
  {"troupe watch 7", "How far job 7 is, until it ends"},
  {"troupe watch 7 --json --timeout 10s", "The same for programs, for a while"},
};

constexpr example jobs_examples[] = {
  {"troupe jobs --limit 5", "The five newest jobs"},
  {"troupe --json jobs", "All jobs, for programs"},
};

constexpr example tasks_examples[] = {
  {"troupe tasks 7", "Where all tasks of job 7 are, in groups"},
  {"troupe tasks 7 --state leased --older 30s", "Those that take long"},
  {"troupe tasks 7 --state backoff,dead", "Those that failed"},
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

constexpr std::string_view submit_details =
  "Exactly one kind of input is needed: --range, --lines, --split, --glob or "
  "--input. No inputs at all (an empty file) is fine: the job succeeds at "
  "once.\n\n"
  "Prints the number of the job and nothing else. The job goes on by itself. "
  "docs/concepts.md says which job is next, and what resources, labels and "
  "placement are.\n\n"
  "With --file (-f) the job is what a file says: one JSON object with "
  "`function`, `inputs` (an array of values, for --input), `args` (any value) "
  "and the other options of submit by their names, such as `range`, `lines`, "
  "`retries`. Counts are whole numbers, flags true or false, what may be given "
  "many times a string or an array of them, sizes numbers of bytes or strings, "
  "`cpus` and `priority` numbers, everything else strings; paths are those of "
  "the command line. What the command line says comes first, and its inputs "
  "replace all of the file's.\n\n"
  "--dry-run reads all inputs and checks them, the function, its arguments and "
  "the reducer as the coordinator would, submits nothing and prints what would "
  "be submitted.\n\n"
  "With --stream results are not merged and not kept: `troupe result JOB` "
  "hands each one out once. The job waits a minute for somebody who reads, and "
  "succeeds when all were read.";

constexpr std::string_view run_details =
  "Exactly one kind of input is needed: --range, --lines, --split, --glob or "
  "--input. No inputs at all (an empty file) is fine: the job succeeds at "
  "once.\n\n"
  "Prints the result as JSON, and a summary on stderr. When stderr is a "
  "terminal, a bar shows the share that is done, the rate and the time left. "
  "Ctrl-C detaches (exit code 130): the job goes on, and `troupe wait JOB` "
  "comes back to it. A second Ctrl-C ends the program at once. That --output "
  "can be written is checked before the job is submitted.\n\n"
  "With --stream it prints each result on a line when it is accepted, in no "
  "order of the indices; the first one when all inputs were sent. After "
  "Ctrl-C, `troupe result JOB` prints the rest, if "
  "it comes within a minute.\n\n"
  "--file (-f) and --dry-run are as for `submit`. docs/concepts.md says which "
  "job is next, and what resources, labels and placement are.";

constexpr std::string_view run_json =
  "the job with its result, unless --output takes it; see JSON of a job. With "
  "--stream an array that grows, of {\"index\", \"result\"}. With --dry-run "
  "as `submit`";

constexpr std::string_view submit_json =
  "the job; see JSON of a job. With --dry-run {\"job\", \"tasks\", "
  "\"input_bytes\", \"input_type\", \"args_type\", \"result_type\", "
  "\"offered\"}: `job` is the effective job as a job file has it, types are "
  "null when they are not known, and `offered` is whether some node has the "
  "function";

constexpr std::string_view wait_details =
  "Shows the same progress as run. Ctrl-C detaches (exit code 130). A job that "
  "failed or was cancelled is exit code 1.";

constexpr std::string_view jobs_details =
  "DONE counts what succeeded. The table fits the terminal: the least "
  "important columns are left out when it is narrow.";

constexpr std::string_view cancel_details =
  "What runs is asked to stop; results that were accepted stay readable. A job "
  "that has ended is refused.";

constexpr std::string_view dead_details =
  "Dead letters are tasks that were given up. They are kept, with the input "
  "and the last attempts, until someone requeues or purges them, and so is "
  "their job. WHICH is JOB or JOB/INDEX.\n\n"
  "* `dead list [JOB]` lists them.\n"
  "* `dead show JOB/INDEX` shows one with its attempts (the first and the last "
  "15): node, start since the submit, duration and error; also the crashes of "
  "workers that it is suspected of.\n"
  "* `dead requeue WHICH` makes them ready again with all their attempts. "
  "Their job goes from `failed` to `running` and merges what comes with what "
  "it had. The job must have ended.\n"
  "* `dead purge WHICH` drops them. The job stays failed.\n\n"
  "To requeue or purge a task or a job that has none of them is exit code 1.";

constexpr std::string_view dead_json =
  "`list` prints an array of, `show` one {\"job\", \"index\", \"attempts\", "
  "\"node\", \"code\", \"error\"}; `show` also has \"history\", an array of "
  "{\"attempt\", \"node\", \"started\", \"seconds\", \"code\", \"error\"}. "
  "`requeue` prints {\"requeued\", \"jobs\"}, `purge` {\"purged\", \"jobs\"}";

constexpr std::string_view watch_details =
  "Shows the share that succeeded (the bar also what was given up or "
  "cancelled), the rate of the last seconds, at the end that of the whole job, "
  "and the time left, what each node does (its bar is its part of all "
  "results), and each attempt that fails. A "
  "terminal is redrawn in place, anything else gets a line when something "
  "changed. Ends when the job ends; if that failed or was cancelled with exit "
  "code 1. Ctrl-C detaches (exit code 130). When the coordinator is lost, it "
  "says so and goes on when it is back.";

constexpr std::string_view watch_json =
  "an array that grows by an object a second, and when the state changes or a "
  "task fails: the object of `job` and besides {\"running\", \"per_second\", "
  "\"left_seconds\", \"nodes\": [{\"node\", \"leased\", \"succeeded\", "
  "\"failed\", \"busy_seconds\", \"per_second\"}], \"failures\": "
  "[{\"index\", \"dead\", \"node\", \"text\"}], \"more_failures\"}. "
  "`nodes` are as they were asked for last: of a job that has ended nobody "
  "knows it any more. `left_seconds` is null when it cannot be told; "
  "`failures` are those since "
  "the object before, at most 20, and `more_failures` counts the others";

constexpr std::string_view result_details =
  "Waits until the job has ended. Of a job submitted with --stream it prints "
  "each result on a line when it is accepted, in no order of the indices; "
  "whoever reads next gets what was not printed. Ctrl-C detaches (exit code "
  "130): the job goes on, but a streamed one ends as cancelled when nobody "
  "reads its results for a minute. A job that failed or was cancelled is exit "
  "code 1, with what was merged until then.\n\n"
  "A reader that was killed may leave the last few results to be printed "
  "twice; one that is detached does not.";

constexpr std::string_view result_json =
  "the object of `job` with its `result`, unless --output takes it; of a "
  "streamed job an array that grows, of {\"index\", \"result\"}";

constexpr std::string_view tasks_details =
  "Neighbouring tasks that are in the same state in the same way are one "
  "group. INDEX is the first and the last index of the group; AGE is the time "
  "since its tasks were leased to NODE under LEASE, RETRY IN the time until "
  "failed ones become ready again. \"running\" is the first task of a lease "
  "without a result: the one that the node is at.";

constexpr std::string_view tasks_json =
  "an array, in the order of the indices, of {\"job\", \"begin\", \"end\", "
  "\"tasks\", \"state\", \"attempt\", \"node\", \"lease\", \"running\", "
  "\"age_seconds\", \"retry_in_seconds\"}. The indices are those from `begin` "
  "up to `end`, exclusive; `node`, `lease` and `age_seconds` are of leased "
  "tasks, `retry_in_seconds` of those in backoff, else empty or 0";

constexpr std::string_view verify_details =
  "Replays what is recorded of the job's leases and proves that each task has "
  "exactly one accepted result: no result accepted twice, none from a lease "
  "that was not current or outside of it, no two current leases of a task, and "
  "in a job that has ended no task without a result but its dead letters and "
  "those that were cancelled. A violation is exit code 1 and is named.\n\n"
  "The check does not use the code that wrote the history. It works on running "
  "jobs, too, where tasks without a result are not judged. At most 100 000 "
  "events of a job are kept; of a longer history the end is judged, and the "
  "answer says `incomplete`.";

constexpr std::string_view verify_json =
  "{\"job\", \"ok\", \"ended\", \"incomplete\", \"tasks\", \"accepted\", "
  "\"failed\", \"leases\", \"found\", \"violations\": [...]}: `accepted` "
  "counts "
  "tasks with a result, `failed` attempts, `found` violations, of which the "
  "first 20 have a sentence";

constexpr std::string_view explain_details =
  "WHAT is JOB/INDEX, or JOB for the task of it that is served next. Shows the "
  "state and attempt, what the task waits for, its place in the queue, and in "
  "a table which workers run it: `yes`, `not now` (cordoned, busy, silent) or "
  "`never` (it does not offer what the task needs). A task that no known "
  "worker can ever run is reported as such, also by `troupe job` and `troupe "
  "wait`.\n\n"
  "Of a job that has ended only its counts and its dead letters are kept; what "
  "cannot be known any more is said to be so.";

constexpr std::string_view explain_json =
  "{\"job\", \"index\", \"state\", \"attempt\", \"why\", \"impossible\", "
  "\"node\", \"lease\", \"running\", \"retry_in_seconds\", \"tasks_before\", "
  "\"jobs_before\", \"workers\": [{\"node\", \"runs_it\", \"why\"}], "
  "\"workers_unlisted\"}.\n\n"
  "* `state` is `waiting` (for its input), `ready`, `leased`, `backoff`, "
  "`succeeded`, `dead` or `cancelled`.\n"
  "* `node` and `lease` are set while a worker has the task; `running` is true "
  "if it is the task that this lease is at.\n"
  "* `tasks_before` are ready tasks of its job, `jobs_before` are jobs that "
  "are served before its own.\n"
  "* `runs_it` is `yes`, `not now` or `never`. At most 256 workers are listed.";

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
  "Lists what the workers offer as `name(INPUT, ARGS) -> RESULT`. The types "
  "are those of JSON values in docs/shell.md: values of these shapes are what "
  "--input and --args take.";

constexpr std::string_view functions_json =
  "an array of, with NAME one {\"name\", \"input\", \"args\", \"result\", "
  "\"summary\"}";

constexpr std::string_view job_json = "the job; see JSON of a job";

constexpr command_spec commands[] = {
  {"run", "Submit a job, wait for it and print its result", "FUNCTION", 1, 1,
   run_options, run_details, run_examples, run_command, run_json,
   takes_function},
  {"submit", "Submit a job and print its number", "FUNCTION", 1, 1,
   submit_options, submit_details, submit_examples, submit_command, submit_json,
   takes_function},
  {"wait", "Wait until a job has ended", "JOB", 1, 1, wait_options_table,
   wait_details, wait_examples, wait_command,
   "the job, with --result also its result; see JSON of a job", takes_job},
  {"result", "Print the result of a job, when it has ended or bit by bit",
   "JOB", 1, 1, result_options, result_details, result_examples, result_command,
   result_json, takes_job},
  {"watch", "Show how far a job is until it ends", "JOB", 1, 1, watch_options,
   watch_details, watch_examples, watch_command, watch_json, takes_job},
  {"jobs", "List the jobs, the newest first", "", 0, 0, jobs_options,
   jobs_details, jobs_examples, jobs_command,
   "an array of jobs; see JSON of a job"},
  {"tasks", "List the tasks of a job by their states", "JOB", 1, 1,
   tasks_options, tasks_details, tasks_examples, tasks_command, tasks_json,
   takes_job},
  {"job", "Show one job, also why it waits or failed", "JOB", 1, 1, no_options,
   "", job_examples, job_command, job_json, takes_job},
  {"cancel", "Cancel a job", "JOB", 1, 1, no_options, cancel_details,
   cancel_examples, cancel_command, job_json, takes_job},
  {"explain", "Say why a task is where it is", "WHAT", 1, 1, no_options,
   explain_details, explain_examples, explain_command, explain_json,
   takes_task},
  {"dead", "List, show, requeue or purge dead letters", "ACTION [WHICH]", 1, 2,
   dead_options, dead_details, dead_examples, dead_command, dead_json,
   takes_choice_task, "list show requeue purge"},
  {"verify", "Check that each task of a job was accepted exactly once", "JOB",
   1, 1, no_options, verify_details, verify_examples, verify_command,
   verify_json, takes_job},
  {"trace", "Show where the time of a task or a job went", "WHAT", 1, 1,
   no_options, trace_details, trace_examples, trace_command, trace_json_shape,
   takes_task},
  {"rerun", "Submit an ended job again and print the new number", "JOB", 1, 1,
   rerun_options, rerun_details, rerun_examples, rerun_command,
   "the new job; see JSON of a job", takes_job},
  {"functions", "List the functions that the workers offer", "[NAME]", 0, 1,
   no_options, functions_details, functions_examples, functions_command,
   functions_json, takes_function},
};

} // namespace

std::span<const command_spec> job_commands() {
  return commands;
}

} // namespace troupe::shell
