// The AGENT's part that tells about single actors.

#include "actors/agent.hpp"
#include "actors/agent_question.hpp"
#include "actors/message_table.hpp"
#include "actors/observed.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/policy/supervision.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe {

namespace {

using nlohmann::json;

constexpr auto urgent = caf::message_priority::high;
/// An actor that does not answer so fast is busy: a runner in user code.
constexpr std::chrono::milliseconds vitals_timeout{500};
constexpr auto state_timeout = limits::describe_tree_timeout;
constexpr uint64_t actors_most = 512;

/// What is known about the actors of a tree so far.
struct census {
  supervision_tree tree;
  std::map<std::string, caf::actor> handles;
  std::vector<std::string> vitals; ///< Of those on the page.
  size_t from = 0;
  size_t most = 0;
  size_t missing = 0; ///< Answers.
  agent_state::reply to;
};

using census_ptr = std::shared_ptr<census>;

std::string row_json(const supervised& x, const std::string& vitals) {
  return fmt::format(R"({{"path": {}, "type": "{}", "state": "{}", )"
                     R"("state_us": {}, "restarts": {}, "vitals": {}}})",
                     quote_json(x.path), to_string(x.type), to_string(x.state),
                     x.state_us, x.restarts, vitals);
}

/// Counts also those that the tree does not list.
uint64_t total_of(const supervision_tree& tree) {
  uint64_t total = 1;
  for (const auto& x : tree.nodes)
    if (x.answered)
      total += x.children + x.zombies;
  return std::max<uint64_t>(total, tree.nodes.size());
}

void finish(const census& of) {
  std::string rows;
  size_t taken = 0;
  for (const auto& vitals : of.vitals) {
    auto row = row_json(of.tree.nodes[of.from + taken], vitals);
    if (taken > 0 && rows.size() + row.size() > document_bytes_max)
      break;
    rows += (taken > 0 ? ", " : "") + row;
    ++taken;
  }
  auto next = of.from + taken;
  auto to = of.to;
  to.deliver(node_answer{{fmt::format(
    R"({{"total": {}, "listed": {}, "next": {}, "actors": [{}]}})",
    total_of(of.tree), of.tree.nodes.size(),
    next < of.tree.nodes.size() ? std::to_string(next) : "null", rows)}});
}

void ask_vitals(agent_state& by, const census_ptr& all) {
  auto end = std::min(all->from + all->most, all->tree.nodes.size());
  auto begin = std::min(all->from, end);
  all->from = begin;
  all->vitals.assign(end - begin, "null");
  all->missing = 1;
  auto finish_one = [all] {
    if (--all->missing == 0)
      finish(*all);
  };
  for (size_t i = begin; i < end; ++i) {
    auto found = all->handles.find(all->tree.nodes[i].path);
    if (found == all->handles.end() || !found->second)
      continue;
    ++all->missing;
    by.read_vitals(found->second,
                   [all, finish_one, at = i - begin](const std::string& x) {
                     all->vitals[at] = x;
                     finish_one();
                   });
  }
  finish_one();
}

/// Learns the handles of all actors below a supervisor.
void walk(agent_state& by, const census_ptr& all, const std::string& path,
          const supervisor_actor& from) {
  all->handles[path] = caf::actor_cast<caf::actor>(from);
  ++all->missing;
  auto finish_one = [&by, all] {
    if (--all->missing == 0)
      ask_vitals(by, all);
  };
  by.self
    ->request<urgent>(from, limits::describe_tree_timeout, which_atom::value)
    .then(
      [&by, all, path, finish_one](const child_list& children) {
        for (const auto& x : children.items) {
          auto below = path + "/" + x.id;
          all->handles[below] = x.child;
          if (x.child && x.type == child_type::supervisor)
            walk(by, all, below, caf::actor_cast<supervisor_actor>(x.child));
        }
        finish_one();
      },
      [finish_one](caf::error&) { finish_one(); });
}

caf::error no_actor(const std::string& path, const std::string& wrong) {
  return to_caf(
    {errc::unknown_child,
     fmt::format("there is no actor {}: \"troupe actors\" lists those that "
                 "there are; {} is the part that fails",
                 quote_text(path), quote_text(wrong))});
}

void refuse(agent_state::reply to, error why) {
  to.deliver(to_caf(why));
}

/// Returns the entry of an actor in its supervisor's report, or the little that
/// is known without it if the report was cut; null for a root.
json entry_of(const json& report, const actor_place& what) {
  if (!what.above)
    return nullptr;
  for (const auto& x : report.value("children", json::array()))
    if (x.value("id", "") == what.id)
      return x;
  return {{"id", what.id},
          {"type", to_string(what.type)},
          {"state", to_string(what.state)}};
}

std::string description(const actor_place& what, const std::string& report,
                        const std::string& vitals) {
  auto above = json::parse(report, nullptr, false);
  if (!above.is_object())
    above = json::object();
  json out;
  out["path"] = what.path;
  out["child"] = entry_of(above, what);
  out["vitals"] = json::parse(vitals, nullptr, false);
  json siblings = json::array();
  for (const auto& x : above.value("children", json::array()))
    if (!what.above || x.value("id", "") != what.id)
      siblings.push_back(x.value("id", ""));
  out[what.above ? "siblings" : "children"] = siblings;
  above.erase("children");
  out["supervisor"] = above;
  out["messages"] = json::array();
  if (out["vitals"].is_object())
    for (const auto& x : messages_of(out["vitals"].value("kind", "")))
      out["messages"].push_back({{"verb", x.is_question ? "ask" : "send"},
                                 {"name", x.name},
                                 {"fields", x.fields},
                                 {"what", x.summary}});
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

void agent_state::tell(reply to, std::string document) {
  to.deliver(node_answer{{std::move(document)}});
}

void agent_state::give_up(reply to, caf::error why) {
  // The asker's connection is not meant.
  if (from_caf(why).code == errc::connection_lost)
    return refuse(to, {errc::bad_transition,
                       "an actor that this needs ended before it answered: try "
                       "again"});
  to.deliver(std::move(why));
}

void agent_state::read_vitals(const caf::actor& of,
                              std::function<void(const std::string&)> then) {
  ask_observed(of, show_vitals_atom::value,
               [then = std::move(then)](const result<std::string>& how) {
                 then(how ? *how : "null");
               });
}

void agent_state::ask_observed(
  const caf::actor& whom, caf::atom_value question,
  std::function<void(const result<std::string>&)> then) {
  std::erase_if(asked, [](const auto& x) {
    return x.second.waiting.empty() && x.second.ticket.expired();
  });
  const auto key = std::make_pair(whom.address(), question);
  auto [at, is_new] = asked.try_emplace(key);
  auto& open = at->second;
  if (!is_new && open.waiting.empty())
    return then(fail(errc::timed_out, "it has not answered the last one yet"));
  open.waiting.push_back(std::move(then));
  if (!is_new)
    return;
  auto ticket = std::make_shared<const int>();
  open.ticket = ticket;
  auto tell_all = [this, key](const result<std::string>& how) {
    auto& now = asked.at(key);
    auto waiting = std::exchange(now.waiting, {});
    if (how)
      asked.erase(key);
    for (const auto& x : waiting)
      x(how);
  };
  self
    ->request<urgent>(whom,
                      question == show_vitals_atom::value ? vitals_timeout
                                                          : state_timeout,
                      question, question_ticket{std::move(ticket)})
    .then(
      [tell_all](const std::string& x) { tell_all(x); },
      [tell_all](caf::error& why) { tell_all(tl::unexpected{from_caf(why)}); });
}

void agent_state::read_report(const supervisor_actor& of, const reply& to,
                              std::function<void(const std::string&)> then) {
  self
    ->request<urgent>(caf::actor_cast<caf::actor>(of),
                      limits::describe_tree_timeout, show_state_atom::value)
    .then([then](const std::string& x) { then(x); },
          [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
}

void agent_state::find_actor(const std::string& path, const reply& to,
                             std::function<void(const actor_place&)> then) {
  self
    ->request<urgent>(options.root, limits::describe_tree_timeout,
                      tree_atom::value)
    .then(
      [=, this](const supervision_tree& tree) {
        actor_place root;
        root.handle = caf::actor_cast<caf::actor>(options.root);
        if (!tree.nodes.empty())
          root.path = tree.nodes.front().path;
        if (path == root.path)
          return then(root);
        if (root.path.empty() || !path.starts_with(root.path + "/"))
          return refuse(
            to, from_caf(no_actor(path, path.substr(0, path.find('/')))));
        find_below(root, path, to, then);
      },
      [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
}

void agent_state::find_below(const actor_place& from, const std::string& path,
                             const reply& to,
                             std::function<void(const actor_place&)> then) {
  auto above = caf::actor_cast<supervisor_actor>(from.handle);
  self->request<urgent>(above, limits::describe_tree_timeout, which_atom::value)
    .then(
      [=, this](const child_list& children) {
        auto begin = from.path.size() + 1;
        auto end = std::min(path.find('/', begin), path.size());
        auto id = path.substr(begin, end - begin);
        auto found = std::find_if(children.items.begin(), children.items.end(),
                                  [&](const auto& x) { return x.id == id; });
        if (found == children.items.end())
          return refuse(to, from_caf(no_actor(path, path.substr(0, end))));
        actor_place here{path.substr(0, end), above,       id,
                         found->child,        found->type, found->state};
        if (end == path.size())
          return then(here);
        if (!found->child || found->type != child_type::supervisor)
          return refuse(to, from_caf(no_actor(path, path)));
        find_below(here, path, to, then);
      },
      [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
}

void agent_state::list_actors(const ask_node& what, const reply& to) {
  auto question = parse_question<nlohmann::json>(what.text);
  if (!question)
    return refuse(to, question.error());
  auto from = number_in(*question, "from", 0, limits::tree_actors_max);
  auto most = number_in(*question, "most", actors_most, actors_most);
  if (!from || !most)
    return refuse(to, from ? most.error() : from.error());
  auto all = std::make_shared<census>();
  all->from = *from;
  all->most = std::max<uint64_t>(*most, 1);
  all->to = to;
  self->request<urgent>(options.root, limits::request_timeout, tree_atom::value)
    .then(
      [this, all](const supervision_tree& tree) {
        all->tree = tree;
        auto& nodes = all->tree.nodes;
        nodes.resize(std::min(nodes.size(), limits::tree_actors_max));
        walk(*this, all, nodes.empty() ? "" : nodes.front().path, options.root);
      },
      [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
}

void agent_state::describe(const ask_node& what, const reply& to) {
  find_actor(what.path, to, [this, to](const actor_place& here) {
    auto above = here.above ? here.above : options.root;
    read_report(above, to, [=, this](const std::string& report) {
      auto answer_with = [=](const std::string& vitals) {
        agent_state::tell(to, description(here, report, vitals));
      };
      if (!here.handle)
        return answer_with("null");
      read_vitals(here.handle, answer_with);
    });
  });
}

void agent_state::show_state(const ask_node& what, const reply& to) {
  find_actor(what.path, to, [this, to](const actor_place& here) {
    if (!here.handle)
      return refuse(
        to, {errc::bad_transition, "the actor " + quote_text(here.path)
                                     + " does not run, so it has no state"});
    ask_observed(
      here.handle, show_state_atom::value,
      [to, path = here.path](const result<std::string>& how) {
        if (how)
          return tell(to, fmt::format(R"({{"path": {}, "state": {}}})",
                                      quote_json(path), *how));
        if (how.error().code != errc::timed_out)
          return give_up(to, to_caf(how.error()));
        refuse(to, {errc::timed_out,
                    "the actor " + quote_text(path)
                      + " is busy and does not answer: a runner does not "
                        "while a function runs; try again"});
      });
  });
}

std::string report_of(const agent_state& of) {
  size_t running =
    std::count_if(of.spawned.begin(), of.spawned.end(),
                  [](const auto& x) { return x.second.running; });
  return fmt::format(R"({{"role": {}, "faults": {}, "control": {}, )"
                     R"("spawned": {}, "spawned_running": {}}})",
                     quote_json(of.options.about.role), of.options.faults,
                     of.options.control, of.last_spawned, running);
}

} // namespace troupe
