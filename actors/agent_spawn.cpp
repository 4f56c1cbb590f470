// The AGENT's part that runs a function once, as a temporary actor.

#include "actors/agent.hpp"
#include "actors/agent_question.hpp"
#include "actors/spawned.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/base/nearest.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe {

namespace {

constexpr const char* supervisor_id = "spawned";
constexpr size_t running_max = 16;
/// Results that are kept for who asks late.
constexpr size_t kept_max = 64;
constexpr uint64_t time_default_ms = 60'000;
constexpr uint64_t time_max_ms = 3'600'000;

void refuse(agent_state::reply to, errc code, std::string text) {
  to.deliver(to_caf({code, std::move(text)}));
}

/// Makes room for one more; what runs stays.
bool make_room(std::map<uint64_t, spawned_call>& calls) {
  auto running = std::count_if(calls.begin(), calls.end(), [](const auto& x) {
    return !x.second.ended.has_value();
  });
  if (static_cast<size_t>(running) >= running_max)
    return false;
  while (calls.size() >= kept_max)
    calls.erase(std::find_if(calls.begin(), calls.end(), [](const auto& x) {
      return x.second.ended.has_value();
    }));
  return true;
}

/// Runs what was started, until its time is over.
void await_result(agent_state& by, const supervisor_actor& above, uint64_t id,
                  const caf::actor& child, std::chrono::milliseconds time) {
  auto end = [&by, id](result<std::string> how) {
    if (auto call = by.spawned.find(id); call != by.spawned.end())
      call->second.ended = std::move(how);
  };
  by.self->request(child, time, run_atom::value)
    .then([end](const std::string& x) { end(x); },
          [&by, end, above, id, time](caf::error& why) {
            auto reason = from_caf(why);
            auto call = by.spawned.find(id);
            if (reason.code == errc::timed_out && call != by.spawned.end()) {
              *call->second.stop = true;
              reason.text = fmt::format(
                "it did not end within {} ms (--for) and was stopped",
                time.count());
              by.self
                ->request(above, limits::request_timeout,
                          terminate_child{std::to_string(id), nullptr})
                .then([] {}, [](caf::error&) {});
            }
            end(tl::unexpected{std::move(reason)});
          });
}

void start_below(agent_state& by, const supervisor_actor& above,
                 const spawned_options& what, std::chrono::milliseconds time,
                 const agent_state::reply& to) {
  auto id = ++by.last_spawned;
  auto& call = by.spawned[id];
  call.path = fmt::format("worker/{}/{}", supervisor_id, id);
  call.stop = what.stop;
  child_rules rules{std::to_string(id)};
  rules.restart = restart_type::temporary;
  rules.shutdown = shutdown_rule::brutal_kill();
  auto threads = by.options.spawns;
  start_child order;
  order.spec = {rules, [what, threads](const start_context& context) {
                  return start_outcome::started(
                    spawn_blocking(context.system, threads, spawned, what));
                }};
  by.self->request(above, limits::request_timeout, order)
    .then(
      [&by, above, id, time, to](const child_started& x) {
        await_result(by, above, id, x.child, time);
        agent_state::tell(to, fmt::format(R"({{"id": {}, "path": {}}})", id,
                                          quote_json(by.spawned[id].path)));
      },
      [&by, id, to](caf::error& why) {
        by.spawned.erase(id);
        agent_state::give_up(to, std::move(why));
      });
}

/// The supervisor comes with the first function, so that a tree has none that
/// nobody needs.
void start_supervised(agent_state& by, const spawned_options& what,
                      std::chrono::milliseconds time,
                      const agent_state::reply& to) {
  auto start_child_of = [&by, what, time, to](const caf::actor& x) {
    start_below(by, caf::actor_cast<supervisor_actor>(x), what, time, to);
  };
  by.self
    ->request(by.options.root, limits::request_timeout,
              find_child{supervisor_id})
    .then(start_child_of, [&by, start_child_of, to](caf::error&) {
      start_child order;
      order.spec = supervisor_child(
        {supervisor_id}, [log = by.options.log](const start_context&) {
          return std::optional{spawned_supervisor(log)};
        });
      by.self->request(by.options.root, limits::request_timeout, order)
        .then(
          [start_child_of](const child_started& x) { start_child_of(x.child); },
          [to](caf::error& why) { agent_state::give_up(to, std::move(why)); });
    });
}

} // namespace

void agent_state::spawn(const ask_node& what, const reply& to) {
  if (!options.functions)
    return refuse(to, errc::unknown_child,
                  "this node has no worker, so it runs no functions: "
                  "choose one that has, \"troupe nodes\" lists them");
  auto question = parse_question<nlohmann::json>(what.text);
  if (!question)
    return refuse(to, question.error().code, question.error().text);
  auto time = number_in(*question, "for_ms", time_default_ms, time_max_ms);
  if (!time)
    return refuse(to, time.error().code, time.error().text);
  spawned_options terms;
  terms.function = text_in(*question, "function");
  terms.input = text_in(*question, "input");
  if (terms.input.empty())
    terms.input = "null";
  if (options.functions->find(terms.function) == nullptr)
    return refuse(
      to, errc::unknown_function,
      fmt::format("this node offers no function {}{}",
                  quote_text(terms.function),
                  did_you_mean(terms.function, options.functions->names())));
  if (!make_room(spawned))
    return refuse(to, errc::bad_transition,
                  fmt::format("{} spawned functions run on this node already, "
                              "which is its limit",
                              running_max));
  terms.functions = options.functions;
  terms.permissions = options.permissions;
  terms.stop = std::make_shared<std::atomic<bool>>(false);
  terms.log = options.log;
  start_supervised(*this, terms,
                   std::chrono::milliseconds{std::max<uint64_t>(*time, 1)}, to);
}

void agent_state::show_spawned(const ask_node& what, const reply& to) {
  auto question = parse_question<nlohmann::json>(what.text);
  if (!question)
    return refuse(to, question.error().code, question.error().text);
  auto id = number_in(*question, "id", 0, UINT64_MAX);
  if (!id)
    return refuse(to, id.error().code, id.error().text);
  auto found = spawned.find(*id);
  if (found == spawned.end())
    return refuse(to, errc::unknown_child,
                  fmt::format("this node knows no spawned function {} (any "
                              "more)",
                              *id));
  const auto& call = found->second;
  auto head = fmt::format(R"({{"id": {}, "path": {}, "ended": {})", *id,
                          quote_json(call.path), call.ended.has_value());
  if (!call.ended)
    tell(to, head + "}");
  else if (*call.ended)
    tell(to, head + ", \"result\": " + **call.ended + "}");
  else
    tell(to, head
               + fmt::format(R"(, "error": "{}", "text": {}}})",
                             to_string(call.ended->error().code),
                             quote_json(to_string(call.ended->error()))));
}

} // namespace troupe
