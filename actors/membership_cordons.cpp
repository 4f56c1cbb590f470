#include "actors/membership.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>

/// MEMBERSHIP's part that is about nodes which people take out of work. A
/// cordon belongs to a name: the node may go and come back.
namespace troupe {

namespace {

/// What is told to those who follow events.
std::string_view event_text(cordon_kind what) {
  switch (what) {
    case cordon_kind::cordon: return "is cordoned: it gets nothing new";
    case cordon_kind::uncordon:
      return "is no longer cordoned: it may get work again";
    case cordon_kind::drain:
      return "is being drained: it gets nothing new, and what it has not "
             "begun runs elsewhere";
  }
  return "";
}

std::string_view news_of(cordon_kind what) {
  switch (what) {
    case cordon_kind::cordon: return "a node was cordoned: it gets nothing new";
    case cordon_kind::uncordon: return "a node was uncordoned";
    case cordon_kind::drain: return "a node is drained";
  }
  return "";
}

} // namespace

bool membership_state::is_cordoned(const std::string& node) const {
  auto i = wishes.find(node);
  return i != wishes.end() && i->second.cordoned;
}

bool membership_state::is_known(const std::string& node) const {
  return members.contains(node) || is_cordoned(node);
}

caf::error membership_state::no_worker_named(const std::string& node) const {
  if (node == options.own_node.name)
    return to_caf({errc::unknown_node, "the node " + quote_text(node)
                                         + " is the coordinator and runs no "
                                           "tasks: nothing can be taken from "
                                           "it"});
  std::vector<std::string> names;
  for (const auto& [known, who] : members)
    names.push_back(known);
  for (const auto& [known, what] : wishes)
    if (what.cordoned && !members.contains(known))
      names.push_back(known);
  return to_caf({errc::unknown_node, "no worker has ever had the name "
                                       + quote_text(node)
                                       + did_you_mean(node, names)});
}

caf::result<node_info> membership_state::cordon(const cordon_node& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  if (!is_known(what.node))
    return no_worker_named(what.node);
  auto& wanted = wishes[what.node];
  wanted.cordoned = what.what != cordon_kind::uncordon;
  wanted.drain_until.reset();
  if (what.what == cordon_kind::drain)
    wanted.drain_until =
      self->clock().now() + std::chrono::milliseconds{what.timeout_ms};
  self->send(options.store, store_put_cordon{what.node, wanted.cordoned});
  options.log->info("membership", std::string{news_of(what.what)},
                    {{"node", what.node}});
  publish(wanted.cordoned ? event_kind::node_cordoned
                          : event_kind::node_uncordoned,
          what.node, std::string{event_text(what.what)});
  auto i = members.find(what.node);
  if (i == members.end())
    return absent_info(what.node);
  if (i->second.is_living())
    tell_cordon(i->second);
  return info_of(what.node, i->second);
}

/// What people wanted meanwhile is newer than what the store said.
void membership_state::remember_cordons(const store_cordons& what) {
  for (const auto& node : what.nodes) {
    if (!wishes.try_emplace(node, wish{true, std::nullopt}).second)
      continue;
    if (auto i = members.find(node); i != members.end())
      if (i->second.is_living())
        tell_cordon(i->second);
  }
}

void membership_state::tell_cordon(const member& who) const {
  auto i = wishes.find(who.terms.name);
  if (i == wishes.end())
    return;
  const auto& [cordoned, drain_until] = i->second;
  worker_cordon message{who.id, cordon_kind::uncordon, {}};
  if (cordoned)
    message.what = cordon_kind::cordon;
  if (drain_until) {
    message.what = cordon_kind::drain;
    message.timeout =
      std::max(std::chrono::duration_cast<std::chrono::milliseconds>(
                 *drain_until - self->clock().now()),
               std::chrono::milliseconds{0});
  }
  for (const auto& [address, follower] : health_followers)
    self->send(follower, message);
}

/// Returns what is known of a cordoned node that did not come since this actor
/// started.
node_info membership_state::absent_info(const std::string& node) const {
  node_info result;
  result.name = node;
  result.state = node_state::gone;
  result.cordoned = is_cordoned(node);
  return result;
}

void membership_state::add_absent(std::vector<node_info>& to) const {
  for (const auto& [node, what] : wishes)
    if (what.cordoned && !members.contains(node)
        && node != options.own_node.name)
      to.push_back(absent_info(node));
}

} // namespace troupe
