#include "nodes/shell/tree_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace troupe::shell {

namespace {

std::string_view name_of(child_state state) {
  switch (state) {
    case child_state::stopped: return "stopped";
    case child_state::starting: return "starting";
    case child_state::running: return "running";
    case child_state::stopping: return "stopping";
    case child_state::restarting: return "restarting";
    case child_state::zombie: return "zombie";
  }
  return "?";
}

std::string_view name_of(supervision_strategy strategy) {
  switch (strategy) {
    case supervision_strategy::one_for_one: return "one_for_one";
    case supervision_strategy::one_for_all: return "one_for_all";
    case supervision_strategy::rest_for_one: return "rest_for_one";
    case supervision_strategy::simple_one_for_one: return "simple_one_for_one";
  }
  return "?";
}

tone tone_of(child_state state) {
  if (state == child_state::running)
    return tone::good;
  return state == child_state::stopped ? tone::dim : tone::bad;
}

/// A child below its supervisor, by its id alone.
std::string indented(const std::string& path) {
  auto depth = static_cast<size_t>(std::count(path.begin(), path.end(), '/'));
  return std::string(2 * depth, ' ') + path.substr(path.rfind('/') + 1);
}

std::vector<cell> row_of(const std::string& node, const supervised& what) {
  std::vector<cell> row{{node},
                        {indented(what.path)},
                        {std::string{name_of(what.state)}, tone_of(what.state)},
                        {span(what.state_us)},
                        {format_count(what.restarts)}};
  if (what.answered) {
    row.push_back({std::string{name_of(what.strategy)}, tone::dim});
    row.push_back({fmt::format("{}/{}", what.restarts_used,
                               what.restarts_used + what.restarts_left)});
  } else {
    row.resize(row.size() + 2);
  }
  return row;
}

} // namespace

table tree_table(const std::vector<node_tree>& trees) {
  table out;
  out.columns = {{"NODE", false, true},
                 {"ACTOR", false, true},
                 {"STATE"},
                 {"FOR", true, false, 2},
                 {"RESTARTS", true, false, 1},
                 {"STRATEGY", false, false, 4},
                 {"WINDOW", true, false, 3}};
  for (const auto& [node, tree] : trees)
    for (const auto& actor : tree.nodes)
      out.rows.push_back(row_of(node, actor));
  return out;
}

std::string actor_json(const std::string& node, const supervised& what) {
  auto is_supervisor = what.type == child_type::supervisor;
  auto out = fmt::format(
    R"({{"node": {}, "path": {}, "type": "{}", "state": "{}", )"
    R"("state_seconds": {}, "restarts": {})",
    quoted(node), quoted(what.path), is_supervisor ? "supervisor" : "worker",
    name_of(what.state), seconds(what.state_us), what.restarts);
  if (what.answered)
    out += fmt::format(
      R"(, "strategy": "{}", "restarts_used": {}, "restarts_left": {}, )"
      R"("children": {}, "zombies": {})",
      name_of(what.strategy), what.restarts_used, what.restarts_left,
      what.children, what.zombies);
  return out + "}";
}

} // namespace troupe::shell
