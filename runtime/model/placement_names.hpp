#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace troupe {

/// The policies by which the tasks of a job may be placed, as people write
/// them. What they do is in `runtime/policy/placement.hpp`.
constexpr std::array<std::string_view, 5> placement_names{
  "adaptive", "least_loaded", "round_robin", "locality", "work_stealing"};

/// Returns whether `name` is one of them.
constexpr bool is_placement_name(std::string_view name) {
  return std::find(placement_names.begin(), placement_names.end(), name)
         != placement_names.end();
}

/// Returns them for a sentence: `adaptive, least_loaded, ...`.
inline std::string list_placement_names() {
  std::string result;
  for (auto name : placement_names)
    (result += result.empty() ? "" : ", ") += name;
  return result;
}

} // namespace troupe
