#include "actors/membership.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <caf/actor_cast.hpp>

#include <memory>

/// MEMBERSHIP's part that passes questions on to the agents of nodes. Only the
/// coordinator has a connection to each node.
namespace troupe {

namespace {

/// An agent asks others in turn, which takes less than this.
constexpr auto agent_timeout = 2 * limits::request_timeout;

/// An agent that is gone is not the asker's connection.
caf::error no_answer(const std::string& node, const caf::error& why) {
  if (from_caf(why).code != errc::connection_lost)
    return why;
  return to_caf({errc::node_down, "the node " + quote_text(node)
                                    + " was lost before it answered: try again "
                                      "when \"troupe nodes\" shows it"});
}

caf::error no_such_node(const std::string& node) {
  return to_caf({errc::unknown_node, "no node that is up has the name "
                                       + quote_text(node)
                                       + ": \"troupe nodes\" lists them"});
}

} // namespace

/// Returns the agents of a node: one for each of its roles.
std::vector<agent_actor>
membership_state::agents_of(const std::string& node) const {
  std::vector<agent_actor> result;
  if (node == options.own_node.name && own_agent)
    result.push_back(own_agent);
  if (auto i = members.find(node); i != members.end())
    if (i->second.is_living() && i->second.terms.agent)
      result.push_back(caf::actor_cast<agent_actor>(i->second.terms.agent));
  return result;
}

caf::result<supervision_tree> membership_state::show(const show_tree& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto agents = agents_of(what.node);
  if (agents.empty())
    return no_such_node(what.node);
  auto promise = self->make_response_promise<supervision_tree>();
  auto all = std::make_shared<supervision_tree>();
  show_next(what, std::move(agents), all, promise);
  return promise;
}

void membership_state::show_next(
  const show_tree& what, std::vector<agent_actor> agents,
  std::shared_ptr<supervision_tree> all,
  caf::typed_response_promise<supervision_tree> promise) {
  if (agents.empty()) {
    promise.deliver(*all);
    return;
  }
  auto next = agents.front();
  agents.erase(agents.begin());
  self->request(next, agent_timeout, what)
    .then(
      [=, this](const supervision_tree& x) mutable {
        if (auto ok = check(x); !ok) {
          promise.deliver(to_caf(ok.error()));
          return;
        }
        all->nodes.insert(all->nodes.end(), x.nodes.begin(), x.nodes.end());
        show_next(what, agents, all, promise);
      },
      [promise, node = what.node](caf::error& why) mutable {
        promise.deliver(no_answer(node, why));
      });
}

caf::result<fault_done> membership_state::inject(const inject_fault& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto agents = agents_of(what.node);
  if (agents.empty())
    return no_such_node(what.node);
  options.log->warn("membership", "a fault was asked for",
                    {{"node", what.node}, {"path", what.path}});
  auto promise = self->make_response_promise<fault_done>();
  inject_next(what, std::move(agents), promise);
  return promise;
}

/// The agents know the actors of their own role only.
void membership_state::inject_next(
  const inject_fault& what, std::vector<agent_actor> agents,
  caf::typed_response_promise<fault_done> promise) {
  auto next = agents.front();
  agents.erase(agents.begin());
  self->request(next, agent_timeout, what)
    .then(
      [=, this](const fault_done& x) mutable {
        if (auto ok = check(x); !ok)
          promise.deliver(to_caf(ok.error()));
        else
          promise.deliver(x);
      },
      [=, this](caf::error& why) mutable {
        if (from_caf(why).code == errc::unknown_child && !agents.empty())
          inject_next(what, agents, promise);
        else
          promise.deliver(no_answer(what.node, why));
      });
}

caf::result<node_answer> membership_state::ask(const ask_node& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto agents = agents_of(what.node);
  if (agents.empty())
    return no_such_node(what.node);
  auto promise = self->make_response_promise<node_answer>();
  ask_next(what, std::move(agents), std::make_shared<node_answer>(), {},
           promise);
  return promise;
}

/// Agents that know no actor of that path have nothing to say, unless none has.
/// One answer about an actor is all there is: to wait for others might take
/// longer than MEMBERSHIP has, if that actor is itself or one above it.
void membership_state::ask_next(
  const ask_node& what, std::vector<agent_actor> agents,
  std::shared_ptr<node_answer> all, error last,
  caf::typed_response_promise<node_answer> promise) {
  if (agents.empty() || (!what.path.empty() && !all->documents.empty())) {
    if (all->documents.empty() && last.code != errc::ok)
      promise.deliver(to_caf(last));
    else
      promise.deliver(*all);
    return;
  }
  auto next = agents.front();
  agents.erase(agents.begin());
  self->request(next, agent_timeout, what)
    .then(
      [=, this](const node_answer& x) mutable {
        if (auto ok = check(x); !ok) {
          promise.deliver(to_caf(ok.error()));
          return;
        }
        auto& documents = all->documents;
        documents.insert(documents.end(), x.documents.begin(),
                         x.documents.end());
        ask_next(what, agents, all, last, promise);
      },
      [=, this](caf::error& why) mutable {
        auto reason = from_caf(why);
        if (reason.code == errc::unknown_child)
          ask_next(what, agents, all, reason, promise);
        else
          promise.deliver(no_answer(what.node, why));
      });
}

} // namespace troupe
