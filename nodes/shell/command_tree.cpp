#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/tree_text.hpp"

#include <algorithm>

namespace troupe::shell {

namespace {

/// Returns the nodes that a command line means: one, or all that are up.
outcome<std::vector<std::string>> nodes_of(const session& self,
                                           const client& from) {
  if (!self.call().positional().empty())
    return std::vector{self.call().positional().front()};
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  std::vector<std::string> names;
  for (const auto& node : *nodes)
    if (node.state != node_state::gone && node.state != node_state::down)
      names.push_back(node.name);
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

outcome<exit_code> tree_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto names = nodes_of(self, *coordinator);
  if (!names)
    return tl::unexpected{std::move(names.error())};
  std::vector<node_tree> trees;
  for (const auto& name : *names) {
    auto tree = coordinator->tree(name);
    if (!tree)
      return refuse(tree.error());
    trees.emplace_back(name, std::move(*tree));
  }
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& [name, tree] : trees)
      for (const auto& actor : tree.nodes)
        objects.push_back(actor_json(name, actor));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(tree_table(trees));
  }
  return exit_code::done;
}

} // namespace troupe::shell
