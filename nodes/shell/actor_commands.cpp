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

constexpr option_spec node_option = {
  "node", kind::text, "NODE",
  "The node of the actor; not needed when only one has that path"};

constexpr option_spec place_options[] = {node_option};

constexpr option_spec actors_options[] = {
  {"node", kind::text, "NODE", "Only the actors of this node"},
  {"limit", kind::count, "NUMBER",
   "At most so many actors; 0: all (default 10000)"},
};

constexpr option_spec monitor_options[] = {
  node_option,
  {"once", kind::none, "", "End after the actor has ended for the first time"},
  {"timeout", kind::duration, "TIME",
   "Stop watching after this time, with exit code 124"},
};

constexpr option_spec spawn_options[] = {
  {"node", kind::text, "NODE",
   "The node that runs it; not needed when only one runs functions"},
  {"input", kind::text, "JSON", "The input of the function (default null)"},
  {"for", kind::duration, "TIME",
   "Stop the function after this time (default 1m, at most 1h)"},
};

constexpr example actors_examples[] = {
  {"troupe actors", "Every actor of every node"},
  {"troupe actors --node w1", "Those of one node"},
};

constexpr example describe_examples[] = {
  {"troupe describe coordinator/cluster/scheduler",
   "How an actor is supervised and what it may be asked"},
};

constexpr example state_examples[] = {
  {"troupe state worker/worker_tree/worker --node w1",
   "The main numbers of a worker"},
};

constexpr example ask_examples[] = {
  {"troupe ask coordinator/cluster/scheduler load",
   "What the scheduler has to do"},
  {"troupe ask coordinator/cluster/coordinator 'job {\"job\": 7}'",
   "What the coordinator knows of a job"},
};

constexpr example send_examples[] = {
  {"troupe send coordinator/cluster/scheduler flush",
   "The scheduler sends what it holds back"},
};

constexpr example monitor_examples[] = {
  {"troupe monitor worker/worker_tree/worker --node w1",
   "Tell whenever the worker actor ends and runs again"},
  {"troupe monitor coordinator/cluster/store --once --timeout 1h",
   "Wait for one crash"},
};

constexpr example restart_examples[] = {
  {"troupe restart coordinator/cluster/scheduler",
   "The scheduler crashes and its supervisor starts it again"},
};

constexpr example stop_examples[] = {
  {"troupe stop worker/spawned/1 --node w1",
   "The function that troupe spawn runs there is asked to stop"},
};

constexpr example spawn_examples[] = {
  {"troupe spawn sleep --input 500 --node w1", "Run a function once, on w1"},
};

constexpr std::string_view actors_details =
  "MAILBOX is how many messages wait for the actor, HANDLED how many of its "
  "interface it has handled since it was started; both are \"-\" for one that "
  "does not answer at once, as a runner while a function runs. A list that was "
  "cut says so on stderr.";

constexpr std::string_view describe_details =
  "Shows the actor's state, how its supervisor restarts and stops it, how it "
  "ended the last times, its supervisor, its siblings and the messages that it "
  "understands. PATH is as in troupe actors.";

constexpr std::string_view state_details =
  "The actor itself tells its main numbers: counts, limits and timers, not "
  "what is counted. An actor that is busy is refused after a second.";

constexpr std::string_view message_details =
  "MESSAGE is a name, or a name and a JSON object with its fields, as in "
  "'job {\"job\": 7}'. troupe describe PATH lists the messages of an actor. "
  "Only messages that do no harm are offered. A list that was cut says so on "
  "stderr.";

constexpr std::string_view monitor_details =
  "Prints a line when the actor ends, with the reason, and when its supervisor "
  "has started it again, until Ctrl-C. It looks four times a second.";

constexpr std::string_view restart_details =
  "The actor ends as in a crash, and what its supervisor's strategy says "
  "happens: others may be restarted with it. One that was stopped is started. "
  "Refused for roots, for temporary actors, and when the supervisor tolerates "
  "no further restart now. Nodes with node.control = no refuse.";

constexpr std::string_view stop_details =
  "The supervisor stops the actor and does not start it again until troupe "
  "restart does. Refused for actors that others or the cluster cannot do "
  "without, such as runners: troupe drain takes a node out of work. Nodes with "
  "node.control = no refuse.";

constexpr std::string_view spawn_details =
  "Runs a registered function once on a node and prints its result. It is no "
  "task: nobody leases it and nobody tries again. While it runs it is an actor "
  "below worker/spawned, and troupe stop ends it. At most 16 run at a time on "
  "a node. Nodes with node.control = no refuse.";

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

constexpr std::string_view actors_json =
  R"([{"node", "path", "type", "kind", "state", "state_seconds", "restarts", "mailbox", "handled"}, ...]; kind, mailbox and handled are null for an actor that does not answer)";

constexpr std::string_view describe_json =
  R"({"node", "path", "child": {"id", "type", "restart", "shutdown", "significant", "state", "state_us", "restarts", "ends", "last_ends": [{"ago_us", "reason"}]}, "supervisor": {"path", "strategy", "intensity", "period_ms", "restarts_used", "restarts_left", ...}, "siblings": [...], "vitals": {"kind", "id", "mailbox", "handled"}, "messages": [{"verb", "name", "fields", "what"}]}; child is null for a root, which has children instead of siblings)";

constexpr std::string_view state_json = R"({"node", "path", "state": {...}})";

constexpr std::string_view ask_json = R"({"node", "path", "answer", "cut"})";

constexpr std::string_view send_json = R"({"node", "path", "done"})";

constexpr std::string_view monitor_json =
  R"([{"node", "path", "what", "ends", "reason"}, ...], where what is running, not running or ended)";

constexpr std::string_view restart_json = R"({"node", "path", "done"})";

constexpr std::string_view stop_json = R"({"node", "path", "done"})";

constexpr std::string_view spawn_json =
  R"({"node", "id", "path", "ended", "result"}, or "error" and "text" instead of "result")";

constexpr taken_values takes_actor_choice{value_kind::actor,
                                          value_kind::choice};

constexpr command_spec commands[] = {
  {"tree", "Show the supervision trees", "[NODE]", 0, 1, no_options,
   tree_details, tree_examples, tree_command, tree_json, takes_node},
  {"actors",
   "List every actor of every node",
   "",
   0,
   0,
   actors_options,
   actors_details,
   actors_examples,
   actors_command,
   actors_json,
   {}},
  {"describe",
   "Show how an actor is supervised",
   "PATH",
   1,
   1,
   place_options,
   describe_details,
   describe_examples,
   describe_command,
   describe_json,
   {value_kind::actor}},
  {"state",
   "Show the main numbers of an actor",
   "PATH",
   1,
   1,
   place_options,
   state_details,
   state_examples,
   state_command,
   state_json,
   {value_kind::actor}},
  {"ask", "Ask an actor something", "PATH MESSAGE [FIELDS]", 2, 3,
   place_options, message_details, ask_examples, ask_command, ask_json,
   takes_actor_choice, "count functions job jobs load nodes ping state vitals"},
  {"send", "Send an actor a message", "PATH MESSAGE [FIELDS]", 2, 3,
   place_options, message_details, send_examples, send_command, send_json,
   takes_actor_choice, "flush"},
  {"monitor",
   "Tell when an actor ends and runs again",
   "PATH",
   1,
   1,
   monitor_options,
   monitor_details,
   monitor_examples,
   monitor_command,
   monitor_json,
   {value_kind::actor}},
  {"restart",
   "Restart an actor through its supervisor",
   "PATH",
   1,
   1,
   place_options,
   restart_details,
   restart_examples,
   restart_command,
   restart_json,
   {value_kind::actor}},
  {"stop",
   "Stop an actor through its supervisor",
   "PATH",
   1,
   1,
   place_options,
   stop_details,
   stop_examples,
   stop_command,
   stop_json,
   {value_kind::actor}},
  {"spawn",
   "Run a function once on a node",
   "FUNCTION",
   1,
   1,
   spawn_options,
   spawn_details,
   spawn_examples,
   spawn_command,
   spawn_json,
   {value_kind::function}},
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
