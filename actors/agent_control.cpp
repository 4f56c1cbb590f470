// The AGENT's part that changes actors, always through their supervisor.

#include "actors/agent.hpp"
#include "actors/agent_question.hpp"
#include "actors/message_table.hpp"
#include "actors/observed.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe {

namespace {

using nlohmann::json;

constexpr auto urgent = caf::message_priority::high;
/// Stopping may take as long as the child's shutdown rule says.
constexpr auto stop_timeout = limits::request_timeout;

void refuse(agent_state::reply to, errc code, std::string text) {
  to.deliver(to_caf({code, std::move(text)}));
}

void done(agent_state::reply to, const std::string& path, const char* what) {
  to.deliver(node_answer{
    {fmt::format(R"({{"path": {}, "done": "{}"}})", quote_json(path), what)}});
}

/// Goes on with what the supervisor above an actor tells of itself, and with
/// the rules of the actor, which its report has of the first children only.
void read_rules(agent_state& by, const actor_place& of,
                const agent_state::reply& to,
                std::function<void(const json&, const child_rules&)> then) {
  by.read_report(of.above, to, [=, &by](const std::string& report) {
    auto above = json::parse(report, nullptr, false);
    if (!above.is_object())
      above = json::object();
    by.self
      ->request<urgent>(of.above, limits::describe_tree_timeout,
                        get_childspec{of.id, of.handle})
      .then(
        [=](const child_spec& x) { then(above, x.rules); },
        [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
  });
}

/// Actors that nobody could do without until somebody started them again, or
/// that nobody could reach to start them again.
struct needed_row {
  std::string_view path;
  std::string_view why;
};

constexpr needed_row needed[] = {
  {"coordinator/front_door", "nobody could connect"},
  {"coordinator/agent", "nobody could ask this node to start it again"},
  {"coordinator/event_hub", "each client would try to reach it for ever"},
  {"coordinator/cluster", "nothing would be left of the cluster"},
  {"worker/worker_tree", "nothing would be left of the worker"},
};

/// Returns why an actor must not be stopped, or nothing.
std::string why_not_stop(const actor_place& what, const json& above,
                         const child_rules& rules) {
  for (const auto& x : needed)
    if (x.path == what.path)
      return std::string{x.why};
  // The worker learns of a new runner, but not that one is gone for good.
  if (above.value("path", "") == "worker/worker_tree/runners")
    return "its worker would still give it tasks, which would never end; "
           "restart it instead, or take the node out of work with \"troupe "
           "drain\"";
  auto strategy = above.value("strategy", "");
  // Siblings that were started later hold handles of it, which a later start
  // would not renew.
  if (strategy == "rest_for_one" || strategy == "one_for_all")
    return fmt::format("its siblings need it ({} is {}); restart it instead",
                       above.value("path", ""), strategy);
  if (strategy == "simple_one_for_one"
      || (rules.restart == restart_type::temporary
          && above.value("path", "") != "worker/spawned"))
    return "it could not be started again, and its job would never end";
  return {};
}

/// Returns why an actor must not be restarted, or nothing.
std::string why_not_restart(const json& above, const child_rules& rules) {
  if (rules.restart == restart_type::temporary)
    return "it is temporary: its supervisor never starts it again";
  if (above.value("restarts_left", uint64_t{0}) == 0)
    return fmt::format(
      "its supervisor {} tolerates no further restart now ({} in {} ms) and "
      "would give up; try again in a moment",
      above.value("path", ""), above.value("intensity", uint64_t{0}),
      above.value("period_ms", uint64_t{0}));
  return {};
}

void start_again(agent_state& by, const actor_place& what,
                 const agent_state::reply& to) {
  by.self->request(what.above, stop_timeout, restart_child{what.id})
    .then([=](const child_started&) { done(to, what.path, "started"); },
          [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
}

/// Sends what needs no more than an atom and turns the answer into JSON.
struct exchange {
  agent_state& by;
  const actor_place& whom;
  const json& fields;
  const agent_state::reply& to;
};

std::string text_of(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Lists are cut to what fits into an answer.
struct list_part {
  json rows = json::array();
  bool cut = false;
};

void deliver(agent_state::reply to, const std::string& path, list_part list) {
  to.deliver(node_answer{{text_of(
    {{"path", path}, {"answer", std::move(list.rows)}, {"cut", list.cut}})}});
}

void deliver(const agent_state::reply& to, const std::string& path,
             json value) {
  deliver(to, path, list_part{std::move(value)});
}

template <class Answer, class Convert, class... Ts>
void ask_for(const exchange& x, Convert convert, const Ts&... question) {
  x.by.self
    ->template request<urgent>(x.whom.handle, limits::request_timeout / 2,
                               question...)
    .then([to = x.to, path = x.whom.path,
           convert](const Answer& y) { deliver(to, path, convert(y)); },
          [to = x.to](caf::error& why) {
            agent_state::give_up(to, std::move(why));
          });
}

template <class Row, class Convert, class... Ts>
void ask_list(const exchange& x, Convert convert, const Ts&... question) {
  auto convert_all = [convert](const std::vector<Row>& all) {
    list_part out;
    size_t bytes = 0;
    for (const auto& row : all) {
      auto value = convert(row);
      bytes += text_of(value).size() + 1;
      if (bytes > document_bytes_max)
        break;
      out.rows.push_back(std::move(value));
    }
    out.cut = out.rows.size() < all.size();
    return out;
  };
  ask_for<std::vector<Row>>(x, convert_all, question...);
}

json parsed(const std::string& text) {
  return json::parse(text, nullptr, false);
}

json job_value(const job_status& x) {
  return {{"job", x.id},
          {"name", x.name},
          {"function", x.function},
          {"state", to_string(x.state)},
          {"tasks", x.tasks},
          {"succeeded", x.succeeded},
          {"dead", x.dead},
          {"cancelled", x.cancelled},
          {"running", x.running},
          {"attempts", x.attempts}};
}

json node_value(const node_info& x) {
  return {{"name", x.name}, {"slots", x.slots}};
}

json load_value(const cluster_load& x) {
  return {{"jobs", x.jobs},
          {"ready", x.ready},
          {"leased", x.leased},
          {"backoff", x.backoff},
          {"accepted", x.accepted},
          {"failed", x.failed},
          {"accepted_per_s", x.accepted_per_s},
          {"failed_per_s", x.failed_per_s}};
}

json counts_value(const child_counts& x) {
  return {{"specs", x.specs},
          {"active", x.active},
          {"supervisors", x.supervisors},
          {"workers", x.workers}};
}

void ask_actor(const exchange& x, std::string_view name) {
  if (name == "vitals")
    return ask_for<std::string>(x, parsed, show_vitals_atom::value);
  if (name == "state")
    return ask_for<std::string>(x, parsed, show_state_atom::value);
  if (name == "jobs")
    return ask_list<job_status>(x, job_value, list_jobs{0, 100});
  if (name == "job")
    return ask_for<job_status>(
      x, job_value, describe_job{x.fields.value("job", uint64_t{0})});
  if (name == "nodes")
    return ask_list<node_info>(x, node_value, list_nodes_atom::value);
  if (name == "functions")
    return ask_list<function_info>(
      x, [](const function_info& y) { return json(y.name); },
      list_functions_atom::value);
  if (name == "load")
    return ask_for<cluster_load>(x, load_value, show_load_atom::value);
  if (name == "count")
    return ask_for<child_counts>(x, counts_value, count_atom::value);
  if (name == "ping")
    return ask_for<uint64_t>(
      x, [](uint64_t id) { return json(id); }, ping_atom::value);
  refuse(x.to, errc::internal, "nobody knows how to ask that");
}

/// Returns why the fields are not those of a message, or nothing.
std::string wrong_fields(const message_row& row, const json& fields) {
  if (!fields.is_object())
    return "its fields are no JSON object";
  for (const auto& [key, value] : fields.items())
    if (row.fields != key)
      return "it has no field " + quote_text(key);
    else if (!value.is_number_unsigned())
      return "its field " + quote_text(key) + " is a whole number";
  if (!row.fields.empty() && !fields.contains(std::string{row.fields}))
    return fmt::format(R"(it needs its field, as in {} {{"{}": 7}})", row.name,
                       row.fields);
  return {};
}

void exchange_message(const exchange& x, const std::string& kind, bool asks,
                      const std::string& name) {
  std::vector<std::string> names;
  for (const auto& row : messages_of(kind)) {
    if (row.is_question != asks)
      continue;
    names.emplace_back(row.name);
    if (row.name != name)
      continue;
    if (auto why = wrong_fields(row, x.fields); !why.empty())
      return refuse(x.to, errc::bad_usage,
                    fmt::format("{} is not understood: {}", name, why));
    if (asks)
      return ask_actor(x, name);
    caf::anon_send(x.whom.handle, flush_atom::value);
    return done(x.to, x.whom.path, "sent");
  }
  refuse(x.to, errc::bad_usage,
         fmt::format("{} cannot be {} {}{} {}", quote_text(name),
                     asks ? "asked of" : "sent to",
                     kind.empty() ? "an actor that is busy" : "a " + kind,
                     did_you_mean(name, names),
                     names.empty()
                       ? "(it takes none)"
                       : fmt::format("(it takes {})", fmt::join(names, ", "))));
}

} // namespace

void agent_state::restart(const ask_node& what, const reply& to) {
  find_actor(what.path, to, [this, to](const actor_place& here) {
    if (!here.above)
      return refuse(to, errc::bad_usage,
                    "the root " + quote_text(here.path)
                      + " has no supervisor that would start it again; restart "
                        "an actor below it, or the process");
    if (!here.handle && here.state == child_state::stopped)
      return start_again(*this, here, to);
    if (!here.handle)
      return refuse(to, errc::bad_transition,
                    quote_text(here.path) + " is being restarted already");
    read_rules(*this, here, to, [=](const json& above, const auto& rules) {
      if (auto why = why_not_restart(above, rules); !why.empty())
        return refuse(to, errc::bad_transition,
                      quote_text(here.path) + " is not restarted: " + why);
      // The answer comes first: the agent may be below that actor.
      done(to, here.path, "restarting");
      // Supervisors obey nobody but their parents and anonymous exits.
      caf::anon_send_exit(here.handle, caf::exit_reason::kill);
    });
  });
}

void agent_state::stop(const ask_node& what, const reply& to) {
  find_actor(what.path, to, [this, to](const actor_place& here) {
    if (!here.above)
      return refuse(to, errc::bad_usage,
                    "the root " + quote_text(here.path)
                      + " is not stopped: that ends the node, which SIGTERM "
                        "does");
    read_rules(
      *this, here, to, [=, this](const json& above, const auto& rules) {
        if (auto why = why_not_stop(here, above, rules); !why.empty())
          return refuse(to, errc::bad_transition,
                        quote_text(here.path) + " is not stopped: " + why);
        stop_spawned(here.path);
        self
          ->request(here.above, stop_timeout, terminate_child{here.id, nullptr})
          .then([=] { done(to, here.path, "stopped"); },
                [to](caf::error& why) {
                  agent_state::give_up(to, std::move(why));
                });
      });
  });
}

void agent_state::message(const ask_node& what, const reply& to) {
  auto question = parse_question<nlohmann::json>(what.text);
  if (!question)
    return refuse(to, question.error().code, question.error().text);
  auto wanted = text_in(*question, "message");
  auto fields = question->value("fields", json::object());
  auto asks = what.topic == "ask";
  find_actor(what.path, to, [=, this](const actor_place& here) {
    if (!here.handle)
      return refuse(to, errc::bad_transition,
                    quote_text(here.path) + " does not run");
    read_vitals(here.handle, [=, this](const std::string& vitals) {
      auto known = json::parse(vitals, nullptr, false);
      auto kind = known.is_object() ? known.value("kind", "") : "";
      exchange_message({*this, here, fields, to}, kind, asks, wanted);
    });
  });
}

} // namespace troupe
