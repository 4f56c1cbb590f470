#include "actors/agent.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/units.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace troupe {

namespace {

caf::error no_such_actor(const std::string& path, size_t at) {
  return to_caf(
    {errc::unknown_child, "there is no actor " + quote_text(path)
                            + ": \"troupe tree\" lists those that there are; "
                            + quote_text(path.substr(0, at))
                            + " is the part that fails"});
}

/// Another agent of the node may know better, so this is like a wrong path.
caf::error no_worker() {
  return to_caf({errc::unknown_child, "only the link and the slices of a "
                                      "worker can be disturbed, and this node "
                                      "has none"});
}

std::string_view to_string(fault_kind what) {
  switch (what) {
    case fault_kind::kill_actor: return "kill an actor";
    case fault_kind::kill_node: return "kill the node";
    case fault_kind::freeze_node: return "freeze the node";
    case fault_kind::cut_link: return "cut the link";
    case fault_kind::delay_slices: return "delay slices";
    case fault_kind::drop_slices: return "drop slices";
  }
  return "unknown";
}

/// A topic of `ask_node`; those about the node itself are in agent_about.hpp.
struct topic_row {
  std::string_view name;
  void (agent_state::*handle)(const ask_node&, const agent_state::reply&);
  bool changes; ///< Only where `node.control` allows it.
};

constexpr topic_row topics[] = {
  {"actors", &agent_state::list_actors, false},
  {"describe", &agent_state::describe, false},
  {"state", &agent_state::show_state, false},
  {"ask", &agent_state::message, false},
  {"send", &agent_state::message, true},
  {"restart", &agent_state::restart, true},
  {"stop", &agent_state::stop, true},
  {"spawn", &agent_state::spawn, true},
  {"spawned", &agent_state::show_spawned, false},
};

void fail_with(caf::typed_response_promise<fault_done>& to, caf::error why) {
  to.deliver(std::move(why));
}

} // namespace

agent_state::~agent_state() {
  for (auto& [id, x] : spawned)
    *x.stop = true;
}

caf::result<supervision_tree> agent_state::show() {
  auto answer = self->make_response_promise<supervision_tree>();
  self->request(options.root, limits::request_timeout, tree_atom::value)
    .then(
      [answer](const supervision_tree& x) mutable {
        auto listed = x;
        if (listed.nodes.size() > limits::tree_actors_max)
          listed.nodes.resize(limits::tree_actors_max);
        answer.deliver(std::move(listed));
      },
      [answer](caf::error& why) mutable { answer.deliver(std::move(why)); });
  return answer;
}

caf::result<fault_done> agent_state::inject(const inject_fault& what) {
  if (!options.faults)
    return to_caf({errc::faults_not_allowed,
                   "this node breaks nothing on purpose: start it with "
                   "node.faults = yes (on test clusters only)"});
  options.log->warn(
    "agent", "a fault was asked for",
    {{"path", what.path}, {"kind", std::string{to_string(what.what)}}});
  std::chrono::milliseconds time{what.duration_ms};
  switch (what.what) {
    case fault_kind::kill_actor: {
      auto answer = self->make_response_promise<fault_done>();
      // The first part names the root itself, which is not to be killed.
      kill(options.root, what.path, what.path.find('/'), answer);
      return answer;
    }
    case fault_kind::kill_node: options.process->kill(); return fault_done{};
    case fault_kind::freeze_node:
      options.process->freeze(time);
      return fault_done{"the node was frozen"};
    case fault_kind::cut_link: return cut(time);
    case fault_kind::delay_slices:
    case fault_kind::drop_slices: return disturb(what);
  }
  return to_caf({errc::bad_usage, "this node knows no such fault"});
}

caf::result<node_answer> agent_state::ask(const ask_node& what) {
  if (auto answer = answer_about(options.about, self->system(), what)) {
    if (!*answer)
      return to_caf(answer->error());
    return node_answer{{std::move(**answer)}};
  }
  auto row = std::find_if(std::begin(topics), std::end(topics),
                          [&](const auto& x) { return x.name == what.topic; });
  if (row == std::end(topics))
    return to_caf(
      {errc::bad_usage, "this node knows no topic " + quote_text(what.topic)});
  if (row->changes && !options.control)
    return to_caf({errc::faults_not_allowed,
                   "this node lets nobody change its actors: start it with "
                   "node.control = yes"});
  if (row->changes)
    options.log->info("agent", "a change was asked for",
                      {{"topic", what.topic}, {"path", what.path}});
  auto to = self->make_response_promise<node_answer>();
  (this->*row->handle)(what, to);
  return to;
}

caf::result<fault_done> agent_state::cut(std::chrono::milliseconds time) {
  if (!options.dial)
    return no_worker();
  if (auto ok = options.dial->cut(time); !ok)
    return to_caf(ok.error());
  return fault_done{"the link is cut for " + format_duration(time)};
}

caf::result<fault_done> agent_state::disturb(const inject_fault& what) {
  if (!options.worker)
    return no_worker();
  auto lost = what.what == fault_kind::drop_slices;
  std::chrono::milliseconds delay{lost ? 0 : what.delay_ms};
  if (!lost && what.delay_ms == 0)
    return to_caf({errc::bad_usage, "a delay of 0 ms is none"});
  std::chrono::milliseconds time{what.duration_ms};
  self->send(options.worker, disturb_slices{what.share, delay, time});
  return fault_done{
    fmt::format("{:.0f} % of the slices are {} for {}", what.share * 100,
                lost ? "lost" : "late by " + format_duration(delay),
                format_duration(time))};
}

void agent_state::kill(const supervisor_actor& from, const std::string& path,
                       size_t at, promise to) {
  if (at == std::string::npos)
    return fail_with(to, no_such_actor(path, path.size()));
  self->request(from, limits::request_timeout, which_atom::value)
    .then(
      [=, this](const child_list& among) { kill_listed(among, path, at, to); },
      [to](caf::error& why) mutable { to.deliver(std::move(why)); });
}

void agent_state::kill_listed(const child_list& among, const std::string& path,
                              size_t at, promise to) {
  auto end = std::min(path.find('/', at + 1), path.size());
  auto id = path.substr(at + 1, end - at - 1);
  auto found =
    std::find_if(among.items.begin(), among.items.end(),
                 [&](const child_list::item& x) { return x.id == id; });
  if (found == among.items.end() || !found->child)
    return fail_with(to, no_such_actor(path, end));
  if (end < path.size()) {
    if (found->type != child_type::supervisor)
      return fail_with(to, no_such_actor(path, path.size()));
    return kill(caf::actor_cast<supervisor_actor>(found->child), path, end, to);
  }
  // Supervisors obey nobody but their parents and anonymous exits.
  caf::anon_send_exit(found->child, caf::exit_reason::kill);
  to.deliver(fault_done{"killed " + path});
}

agent_actor::behavior_type agent(agent_state::self_pointer self,
                                 agent_options options) {
  auto& state = self->state;
  state.options = std::move(options);
  harden(self, state.options.log);
  self->set_down_handler(
    [&state](const caf::down_msg& x) { state.spawned_down(x.source); });
  return observed<agent_actor>(
    self, {
            [&state](const show_tree&) { return state.show(); },
            [&state](const inject_fault& x) { return state.inject(x); },
            [&state](const ask_node& x) { return state.ask(x); },
          });
}

} // namespace troupe
