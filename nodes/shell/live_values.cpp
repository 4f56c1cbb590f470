#include "nodes/shell/live_values.hpp"

#include <algorithm>

namespace troupe::shell {

namespace {

/// More are no help to somebody who chooses.
constexpr size_t jobs_most = 50;

using texts = std::vector<std::string>;

texts job_numbers(const client& coordinator) {
  texts out;
  if (auto jobs = coordinator.newest_jobs(jobs_most))
    for (const auto& job : *jobs)
      out.push_back(std::to_string(job.id));
  return out;
}

texts function_names(const client& coordinator) {
  texts out;
  if (auto functions = coordinator.functions())
    for (const auto& function : *functions)
      out.push_back(function.name);
  std::sort(out.begin(), out.end());
  return out;
}

texts node_names(const client& coordinator, bool only_present) {
  texts out;
  if (auto nodes = coordinator.nodes())
    for (const auto& node : *nodes)
      if (!only_present
          || (node.state != node_state::gone && node.state != node_state::down))
        out.push_back(node.name);
  std::sort(out.begin(), out.end());
  return out;
}

texts actor_paths(const client& coordinator) {
  texts out;
  for (const auto& node : node_names(coordinator, true))
    if (auto tree = coordinator.tree(node))
      for (const auto& actor : tree->nodes)
        out.push_back(node + "/" + actor.path);
  return out;
}

} // namespace

std::vector<std::string> live_values(const client& coordinator,
                                     value_kind kind) {
  switch (kind) {
    case value_kind::job:
    case value_kind::task: return job_numbers(coordinator);
    case value_kind::node: return node_names(coordinator, false);
    case value_kind::function: return function_names(coordinator);
    case value_kind::actor: return actor_paths(coordinator);
    case value_kind::none:
    case value_kind::command:
    case value_kind::context:
    case value_kind::file:
    case value_kind::choice: return {};
  }
  return {};
}

} // namespace troupe::shell
