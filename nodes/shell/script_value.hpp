#pragma once

#include "runtime/base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the values of variables in scripts mean. They are texts; some are JSON
/// or numbers.
namespace troupe::shell {

/// Returns whether a text is a JSON object or array.
bool is_json_container(std::string_view text);

/// Returns a field of a JSON value: a text as it is, anything else as JSON.
/// @param fields As in `.state` or `.nodes.0.name`.
/// Errors: `bad_usage` naming the nearest fields.
result<std::string> json_field(std::string_view value, std::string_view fields);

/// Returns what a loop over a value visits: the elements of a JSON array, else
/// its lines.
std::vector<std::string> elements(std::string_view value);

/// Returns whether `left OP right` holds. Two numbers are compared as numbers;
/// `contains` looks for a text, or for an element of a JSON array.
/// Errors: `bad_usage` if texts are no numbers and OP needs an order.
result<bool> compare(const std::string& left, std::string_view op,
                     const std::string& right);

/// The whole numbers of [begin, end).
struct integer_range {
  int64_t begin = 0;
  int64_t end = 0;
};

/// Reads `A..B`; nothing if it is none.
std::optional<integer_range> parse_integer_range(std::string_view text);

} // namespace troupe::shell
