#pragma once

#include "runtime/base/error.hpp"
#include "runtime/model/job.hpp"

#include <string>
#include <string_view>

namespace troupe::shell {

/// A range job's inputs as `--range` gives them.
struct range_argument {
  input_kind kind = input_kind::integers; ///< Or `pairs`.
  range_input range;

  friend bool operator==(const range_argument&,
                         const range_argument&) = default;
};

/// Parses `A..B` (the integers [A, B)) or `A..B/STEP` (pairs), A and B signed
/// 64-bit integers with A <= B, STEP at least 1.
/// @returns `errc::bad_usage` saying what is wrong.
result<range_argument> parse_range(std::string_view text);

/// Returns tasks as `7`, or as `0..100` for [0, 100), as `--range` takes them.
/// Precondition: not empty.
std::string indices_text(index_range range);

/// Returns input 0 of a range that is not empty, as JSON.
std::string first_input_json(const range_argument& what);

} // namespace troupe::shell
