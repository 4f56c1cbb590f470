#pragma once

#include "runtime/base/config_value.hpp"
#include "runtime/base/endpoint.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/model/resources.hpp"
#include "runtime/telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What an operator can say to `trouped`. The table in `option_table.hpp` is
/// the single list of options; flags, variables, config files, `--help`, the
/// docs and the tests follow it.
namespace troupe {

/// What a node does. At least one is set.
struct node_roles {
  bool coordinator = true;
  bool worker = true;

  friend bool operator==(const node_roles&, const node_roles&) = default;
};

/// Renders the roles as in a config file: `coordinator,worker`.
std::string to_string(const node_roles& roles);

/// What a node may use of its host's memory: bytes, or a share of the RAM.
struct memory_limit {
  uint64_t bytes = 0; ///< 0 = `percent` counts.
  uint32_t percent = 50;

  /// Returns the limit in bytes for a host with `ram_bytes` of memory.
  uint64_t resolve(uint64_t ram_bytes) const;

  friend bool operator==(const memory_limit&, const memory_limit&) = default;
};

/// A mark of a worker that jobs can ask for.
struct node_label {
  std::string key;
  std::string value; ///< Empty for a label without `=`.

  friend bool operator==(const node_label&, const node_label&) = default;
};

struct node_section {
  std::string name; ///< Empty: use `default_node_name`.
  std::string cluster = "default";
  node_roles roles;
  endpoint listen{"127.0.0.1", 7400}; ///< Of a coordinator.
  /// Where a worker looks for its coordinator, in this order. Empty: the
  /// coordinator is in this process, wherever that one listens.
  std::vector<endpoint> join;
  bool insecure = false;
  std::chrono::milliseconds drain_timeout = limits::drain_timeout_default;
  std::chrono::milliseconds heartbeat_interval =
    limits::heartbeat_interval_default; ///< Of a worker.
  bool faults = false;                  ///< Clients may break the node.
  bool control = true;                  ///< Clients may restart its actors.
  uint32_t threads = 0;                 ///< 0: half of the cores.

  friend bool operator==(const node_section&, const node_section&) = default;
};

struct coordinator_section {
  memory_limit memory;
  uint64_t max_dead = limits::max_dead_default;
  uint64_t keep_finished = limits::finished_jobs_kept;
  std::chrono::milliseconds keep_finished_for = limits::finished_job_age_max;
  std::chrono::milliseconds heartbeat_pause = limits::heartbeat_pause_default;
  std::chrono::milliseconds down_after = limits::down_after_default;
  uint64_t input_limit = limits::input_bytes_max;           ///< Bytes.
  uint64_t result_limit = limits::result_bytes_max;         ///< Bytes.
  uint64_t job_result_limit = limits::job_result_bytes_max; ///< Bytes.
  std::string placement = "adaptive"; ///< See `placement_names`.

  friend bool operator==(const coordinator_section&,
                         const coordinator_section&) = default;
};

struct worker_section {
  uint32_t slots = 0;  ///< 0: one per core.
  uint64_t cpus = 0;   ///< In ten-thousandths; 0: one for each slot.
  uint64_t memory = 0; ///< Bytes for tasks; 0: what the host has.
  std::vector<named_amount> resources;
  std::vector<node_label> labels;
  bool exec = false;
  std::vector<std::string> read_paths; ///< Absolute folders.

  friend bool operator==(const worker_section&,
                         const worker_section&) = default;
};

struct log_section {
  log_level level = log_level::info;
  log_format format = log_format::automatic;

  friend bool operator==(const log_section&, const log_section&) = default;
};

/// Everything that can be configured about a node, with its defaults.
struct node_options {
  node_section node;
  coordinator_section coordinator;
  worker_section worker;
  log_section log;

  /// Checks what one value alone does not show.
  /// @returns `insecure_listen` for a coordinator that would listen beyond
  ///          loopback without `insecure`, else `bad_config`.
  result<void> validate() const;

  friend bool operator==(const node_options&, const node_options&) = default;
};

/// What `trouped` was asked to do.
enum class node_action : uint8_t { run, check, help, version };

struct parsed_options {
  node_action action = node_action::run;
  node_options options; ///< Defaults when the action is `help` or `version`.
  /// All options in the order of the table; none as `options`.
  std::vector<config_value> values;
  /// One sentence each, to be logged before the node starts.
  std::vector<std::string> warnings;
};

/// What parsing needs to know of the process and its host: given, so that
/// tests need neither.
struct option_sources {
  std::vector<std::string> args; ///< Without the program's name.
  std::map<std::string, std::string> environment;
  /// Returns a file's text or an error that names it.
  std::function<result<std::string>(const std::string& path)> read_file;
  std::function<bool(const std::string& path)> is_folder;
};

/// Returns the sources of this process.
/// @param argv        `argc` strings, the first one is skipped.
/// @param environment `NAME=VALUE` strings up to a null pointer, as `environ`.
option_sources process_sources(int argc, const char* const* argv,
                               const char* const* environment);

/// Gathers the options from flags, variables, the config file and defaults; the
/// first that has a value wins, yet a wrong value is an error everywhere.
/// @returns `bad_config` or `insecure_listen` with one sentence that names the
///          flag, the variable or the file and line.
result<parsed_options> parse_options(const option_sources& sources);

/// Returns what `trouped --help` prints.
std::string options_help();

/// Returns `HOSTNAME-xxxx` for a node without a name: the host's name, cut and
/// with `-` for what a name may not hold, and 16 bits of `random`.
std::string default_node_name(std::string_view host_name, uint64_t random);

} // namespace troupe
