#pragma once

#include "runtime/base/error.hpp"
#include "runtime/telemetry/log_ring.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The log of a node, as it answers and as it is shown.
namespace troupe::shell {

/// What a node says about the lines that it keeps.
struct log_page {
  bool kept = false; ///< It keeps some at all.
  int64_t pid = 0;   ///< Of the process whose lines are numbered so.
  uint64_t next = 0; ///< Where to go on.
  uint64_t lost = 0; ///< Asked for, but gone already.
  bool more = false; ///< There are further ones.
  std::vector<kept_record> records;
};

/// Errors: `protocol_violation`.
result<log_page> parse_log_page(std::string_view json);

/// Returns a line as the node writes it for people, with its newline.
std::string log_line(std::string_view node, const kept_record& record);

/// Returns a line as one JSON object without a newline.
std::string log_json(std::string_view node, const kept_record& record);

} // namespace troupe::shell
