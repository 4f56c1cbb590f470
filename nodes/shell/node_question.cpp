#include "nodes/shell/node_question.hpp"

#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

outcome<node_info> find_node(const client& from, const std::string& name) {
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  std::vector<std::string> names;
  for (auto& node : *nodes) {
    if (node.name == name)
      return std::move(node);
    names.push_back(node.name);
  }
  auto meant = did_you_mean(name, names);
  return refuse(
    fmt::format("there is no node {}{}", quote_text(name),
                meant.empty() ? "; troupe nodes lists them" : meant));
}

std::string coordinator_node(const std::vector<node_info>& nodes) {
  for (const auto& node : nodes) {
    const auto& roles = node.roles;
    if (std::find(roles.begin(), roles.end(), "coordinator") != roles.end())
      return node.name;
  }
  return {};
}

caf::expected<std::string> ask_about(const client& from,
                                     const std::string& node,
                                     const std::string& topic,
                                     std::string text) {
  auto documents = from.ask({node, topic, "", std::move(text)});
  if (!documents)
    return std::move(documents.error());
  if (documents->empty())
    return to_caf({errc::protocol_violation,
                   "the node " + quote_text(node) + " answered nothing"});
  return std::move(documents->front());
}

} // namespace troupe::shell
