#pragma once

#include "nodes/shell/table.hpp"
#include "runtime/base/config_value.hpp"
#include "runtime/base/error.hpp"
#include "runtime/wire/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a node says about itself, as JSON and for people.
namespace troupe::shell {

/// The process of a node, as it says.
struct node_process {
  std::string host;
  int64_t pid = 0;
  std::string listen; ///< `-`: nowhere.
  std::string version;
  uint32_t protocol = 0;
  std::string caf;
  uint64_t up_us = 0;
  uint64_t memory_bytes = 0;
  uint64_t cpu_us = 0;
  uint64_t threads = 0;
  uint64_t open_files = 0;
  uint64_t open_files_max = 0;
  uint64_t actors = 0;
};

/// Errors: `protocol_violation`.
result<node_process> parse_node_process(std::string_view json);

/// Returns everything about a node, a line each.
/// @param silent Why its process does not answer, if it does not.
std::string describe(const node_info& node,
                     const std::optional<node_process>& process,
                     std::string_view silent);

/// The same as JSON; `process` is null if it does not answer.
std::string node_json(const node_info& node,
                      const std::optional<node_process>& process);

/// Errors: `protocol_violation`.
result<std::vector<config_value>> parse_config_values(std::string_view json);

table config_table(const std::vector<config_value>& values);

std::string config_json(std::string_view node,
                        const std::vector<config_value>& values);

} // namespace troupe::shell
