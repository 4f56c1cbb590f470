#include "nodes/daemon/option_table.hpp"

#include "nodes/daemon/option_values.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <cctype>
#include <type_traits>

namespace troupe {

namespace {

namespace po = boost::program_options;

using namespace option_values;

/// A value of the type that `Parse` yields. It gives each option a type of its
/// own, by which Boost finds `validate` below.
template <auto Parse>
struct setting {
  typename std::invoke_result_t<decltype(Parse), const std::string&>::value_type
    value;
};

/// Called by Boost to turn text into a value; Boost wants an exception.
template <auto Parse>
void validate(boost::any& out, const std::vector<std::string>& texts,
              setting<Parse>*, int) {
  po::validators::check_first_occurrence(out);
  auto value = Parse(po::validators::get_single_string(texts, true));
  if (!value)
    throw po::error(value.error().text);
  out = setting<Parse>{std::move(*value)};
}

template <auto Parse, class T>
po::value_semantic* bind(T& out, const option_row& row) {
  std::string text{row.default_text};
  auto semantic = po::value<setting<Parse>>();
  // An option without a default keeps what `node_options` starts with.
  if (auto value = Parse(text))
    semantic->default_value(setting<Parse>{std::move(*value)}, text);
  return semantic->value_name(std::string{row.type})
    ->notifier([&out](const setting<Parse>& x) { out = x.value; });
}

using row = option_row;

// Short names keep the table readable.
using opts = node_options;
using semantic = po::value_semantic;

constexpr option_row rows[] = {
  {"node.name", "NAME", "", "alpha",
   "Name of this node in its cluster; empty: the host's name and four random "
   "characters.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_optional_name>(o.node.name, r);
   }},
  {"node.cluster", "NAME", "default", "production",
   "Name of the cluster; nodes of another cluster are refused.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_name>(o.node.cluster, r);
   }},
  {"node.roles", "LIST", "coordinator,worker", "worker",
   "What this node does: coordinator, worker or both.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_roles>(o.node.roles, r);
   }},
  {"node.listen", "HOST:PORT", "127.0.0.1:7400", "[::1]:7400",
   "Where a coordinator listens; port 0: any free port.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_listen>(o.node.listen, r);
   }},
  {"node.join", "LIST", "127.0.0.1:7400", "10.0.0.1:7400,10.0.0.2:7400",
   "Where a worker finds its coordinator, tried in this order; a node that is "
   "a coordinator too joins itself unless this is set.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_join>(o.node.join, r);
   }},
  {"node.insecure", "YES|NO", "no", "yes",
   "Whether a coordinator may listen beyond loopback although nothing is "
   "encrypted and nobody is asked for a password.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_flag>(o.node.insecure, r);
   }},
  {"node.drain_timeout", "DURATION", "30s", "5m",
   "How long running tasks may take to end when the node shuts down.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_drain_timeout>(o.node.drain_timeout, r);
   }},
  {"node.heartbeat_interval", "DURATION", "200ms", "500ms",
   "How often a worker tells its coordinator that it is there.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_heartbeat_interval>(o.node.heartbeat_interval, r);
   }},
  {"node.faults", "YES|NO", "no", "yes",
   "Whether clients may break this node on purpose, as `troupe fault` does; "
   "for "
   "tests of a cluster.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_flag>(o.node.faults, r);
   }},
  {"node.control", "YES|NO", "yes", "no",
   "Whether clients may restart, stop and send messages to actors of this node "
   "and spawn functions on it.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_flag>(o.node.control, r);
   }},
  {"node.threads", "NUMBER", "0", "2",
   "Threads that run the node's actors, tasks not counted; 0: half of the "
   "cores.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_threads>(o.node.threads, r);
   }},
  {"coordinator.memory", "SIZE", "50%", "2GiB",
   "Memory for jobs, as a share of the RAM or a size; when it is full, submits "
   "are refused.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_memory>(o.coordinator.memory, r);
   }},
  {"coordinator.max_dead", "NUMBER", "10000", "100",
   "Dead letters at which a job fails and the rest of it is cancelled.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_max_dead>(o.coordinator.max_dead, r);
   }},
  {"coordinator.keep_finished", "NUMBER", "10000", "100",
   "Ended jobs that are kept for questions; the oldest go first.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_keep_count>(o.coordinator.keep_finished, r);
   }},
  {"coordinator.keep_finished_for", "DURATION", "1h", "24h",
   "How long an ended job is kept.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_keep_for>(o.coordinator.keep_finished_for, r);
   }},
  {"coordinator.heartbeat_pause", "DURATION", "600ms", "2s",
   "How long a worker may pause beyond its heartbeats before it is suspect and "
   "gets nothing new.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_silence>(o.coordinator.heartbeat_pause, r);
   }},
  {"coordinator.down_after", "DURATION", "1350ms", "5s",
   "Silence after which a suspect worker is down and its tasks run elsewhere.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_silence>(o.coordinator.down_after, r);
   }},
  {"coordinator.input_limit", "SIZE", "16MiB", "1MiB",
   "The largest input of a task that is taken.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_input_limit>(o.coordinator.input_limit, r);
   }},
  {"coordinator.result_limit", "SIZE", "16MiB", "1MiB",
   "The largest result of a task that is taken.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_result_limit>(o.coordinator.result_limit, r);
   }},
  {"coordinator.job_result_limit", "SIZE", "1GiB", "64MiB",
   "The largest merged result of a job; beyond it the job fails.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_job_result_limit>(o.coordinator.job_result_limit, r);
   }},
  {"coordinator.placement", "NAME", "adaptive", "round_robin",
   "By which policy tasks get their workers, unless their job names another: "
   "adaptive, least_loaded, round_robin, locality or work_stealing.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_placement>(o.coordinator.placement, r);
   }},
  {"worker.slots", "NUMBER", "0", "4",
   "Tasks that this node runs at a time; 0: one per core.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_slots>(o.worker.slots, r);
   }},
  {"worker.cpus", "AMOUNT", "0", "7.5",
   "Cpus that this node offers to its tasks together, each of which takes what "
   "its job says, 1 by default; 0: one for each slot.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_cpus>(o.worker.cpus, r);
   }},
  {"worker.memory", "SIZE", "0", "48GiB",
   "Memory that this node offers to its tasks together; it is counted, not "
   "enforced; 0: the host's, or its container's if that has less.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_worker_memory>(o.worker.memory, r);
   }},
  {"worker.resources", "LIST", "", "gpu:1,licence:0.5",
   "What else this node offers to its tasks together, NAME or NAME:AMOUNT.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_resources>(o.worker.resources, r);
   }},
  {"worker.labels", "LIST", "", "zone=a,gpu",
   "Marks of this worker, KEY or KEY=VALUE, that tell it from others.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_labels>(o.worker.labels, r);
   }},
  {"worker.exec", "YES|NO", "no", "yes",
   "Whether tasks may run external commands on this node, as its user.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_flag>(o.worker.exec, r);
   }},
  {"worker.read_paths", "LIST", "", "/usr/include,/srv/data",
   "Absolute folders whose files tasks may read with wordcount_file and the "
   "like; empty: none.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_folders>(o.worker.read_paths, r);
   }},
  {"log.level", "LEVEL", "info", "debug",
   "What is logged to stderr: trace, debug, info, warn, error or off.",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_level>(o.log.level, r);
   }},
  {"log.format", "FORMAT", "auto", "json",
   "How it is logged: human, json (one object a line) or auto (human on a "
   "terminal, else json).",
   [](opts& o, const row& r) -> semantic* {
     return bind<parse_format>(o.log.format, r);
   }},
};

} // namespace

std::span<const option_row> option_table() {
  return rows;
}

const option_row* find_option(std::string_view key) {
  for (const auto& x : rows)
    if (x.key == key)
      return &x;
  return nullptr;
}

std::vector<std::string> option_sections() {
  std::vector<std::string> sections;
  for (const auto& x : rows)
    if (sections.empty() || sections.back() != section_of(x.key))
      sections.emplace_back(section_of(x.key));
  return sections;
}

std::string_view section_of(std::string_view key) {
  return key.substr(0, key.find('.'));
}

std::string_view name_of(std::string_view key) {
  return key.substr(key.find('.') + 1);
}

std::string flag_name(std::string_view key) {
  return "--" + std::string{key};
}

std::string variable_name(std::string_view key) {
  std::string name = "TROUPE_";
  for (auto c : key)
    name += c == '.'
              ? '_'
              : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

} // namespace troupe
