#include "nodes/shell/actor_question.hpp"

#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

/// Returns whether the first part of a path is a role of a node: only then it
/// knows which part of a wrong path is wrong.
bool has_root(const std::vector<node_info>& nodes, const std::string& name,
              const std::string& path) {
  auto root = path.substr(0, path.find('/'));
  return std::any_of(nodes.begin(), nodes.end(), [&](const node_info& x) {
    return x.name == name
           && std::find(x.roles.begin(), x.roles.end(), root) != x.roles.end();
  });
}

} // namespace

outcome<std::vector<std::string>> asked_nodes(const session& self,
                                              const client& from) {
  if (auto name = self.call().text("node"))
    return std::vector{*name};
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

outcome<std::string> ask_one(const client& from, const ask_node& question) {
  auto answer = from.ask(question);
  if (!answer)
    return refuse(answer.error());
  if (answer->empty())
    return refuse(fmt::format("the node {} had nothing to say about {}",
                              quote_text(question.node),
                              quote_text(question.path)));
  return answer->front();
}

outcome<actor_answer> find_actor(const session& self, const client& from,
                                 const std::string& path) {
  auto names = asked_nodes(self, from);
  if (!names)
    return tl::unexpected{std::move(names.error())};
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  std::vector<actor_answer> found;
  caf::error why;
  for (const auto& name : *names) {
    auto answer = from.ask({name, "describe", path, {}});
    if (answer && !answer->empty())
      found.push_back({name, std::move(answer->front())});
    else if (!answer && (!why || has_root(*nodes, name, path)))
      why = answer.error();
    // A node that cannot be asked may have the actor, too.
    if (!answer && from_caf(answer.error()).code != errc::unknown_child
        && names->size() == 1)
      return refuse(answer.error());
  }
  if (found.empty())
    return why ? refuse(why) : refuse("no node is up that could have an actor");
  if (found.size() == 1)
    return std::move(found.front());
  std::string list;
  for (const auto& x : found)
    list += (list.empty() ? "" : ", ") + escape_text(x.node);
  return refuse_usage(fmt::format("several nodes have an actor {}: say which "
                                  "one with --node ({})",
                                  quote_text(path), list));
}

outcome<actor_answer> ask_about(const session& self, const client& from,
                                const std::string& topic,
                                const std::string& path,
                                const std::string& text) {
  auto place = find_actor(self, from, path);
  if (!place)
    return place;
  auto document = ask_one(from, {place->node, topic, path, text});
  if (!document)
    return tl::unexpected{std::move(document.error())};
  return actor_answer{place->node, std::move(*document)};
}

} // namespace troupe::shell
