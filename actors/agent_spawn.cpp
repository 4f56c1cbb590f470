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
  auto runs = [](const auto& x) { return x.second.running; };
  auto running = std::count_if(calls.begin(), calls.end(), runs);
  if (static_cast<size_t>(running) >= running_max)
    return false;
  while (calls.size() >= kept_max)
    calls.erase(std::find_if_not(calls.begin(), calls.end(), runs));
  return true;
}

/// A function that has its place in the agent, and who wants it.
struct spawning {
  agent_state& by;
  uint64_t id = 0;
  spawned_options what;
  std::chrono::milliseconds time{};
  agent_state::reply to;

  void give_up(caf::error why) const {
    by.spawned.erase(id);
    agent_state::give_up(to, std::move(why));
  }
};

/// Runs what was started, until its time is over.
void await_result(const spawning& call, const supervisor_actor& above,
                  const caf::actor& child) {
  auto end = [call](result<std::string> how) {
    if (auto found = call.by.spawned.find(call.id);
        found != call.by.spawned.end())
      found->second.ended = std::move(how);
  };
  call.by.self->request(child, call.time, run_atom::value)
    .then([end](const std::string& x) { end(x); },
          [call, end, above](caf::error& why) {
            auto reason = from_caf(why);
            if (reason.code == errc::timed_out) {
              *call.what.stop = true;
              reason.text = fmt::format(
                "it did not end within {} ms (--for) and was stopped",
                call.time.count());
              call.by.self
                ->request(above, limits::request_timeout,
                          terminate_child{std::to_string(call.id), nullptr})
                .then([] {}, [](caf::error&) {});
            }
            end(tl::unexpected{std::move(reason)});
          });
}

void start_below(const spawning& call, const supervisor_actor& above) {
  child_rules rules{std::to_string(call.id)};
  rules.restart = restart_type::temporary;
  rules.shutdown = shutdown_rule::brutal_kill();
  start_child order;
  order.spec = {rules, [what = call.what, threads = call.by.options.spawns](
                         const start_context& context) {
                  return start_outcome::started(
                    spawn_blocking(context.system, threads, spawned, what));
                }};
  call.by.self->request(above, limits::request_timeout, order)
    .then(
      [call, above](const child_started& x) {
        auto& entry = call.by.spawned[call.id];
        entry.child = x.child.address();
        call.by.self->monitor(x.child);
        await_result(call, above, x.child);
        agent_state::tell(call.to,
                          fmt::format(R"({{"id": {}, "path": {}}})", call.id,
                                      quote_json(entry.path)));
      },
      [call](caf::error& why) { call.give_up(std::move(why)); });
}

/// Goes on with the supervisor of what is spawned, if there is one.
void find_supervisor(const spawning& call,
                     std::function<void(caf::error&)> otherwise) {
  call.by.self
    ->request(call.by.options.root, limits::request_timeout,
              find_child{supervisor_id})
    .then(
      [call](const caf::actor& x) {
        start_below(call, caf::actor_cast<supervisor_actor>(x));
      },
      std::move(otherwise));
}

void start_with_supervisor(const spawning& call) {
  start_child order;
  order.spec = supervisor_child(
    {supervisor_id}, [log = call.by.options.log](const start_context&) {
      return std::optional{spawned_supervisor(log)};
    });
  call.by.self->request(call.by.options.root, limits::request_timeout, order)
    .then(
      [call](const child_started& x) {
        start_below(call, caf::actor_cast<supervisor_actor>(x.child));
      },
      [call](caf::error& why) {
        auto give_up = [call](caf::error& x) { call.give_up(std::move(x)); };
        if (from_caf(why).code != errc::child_exists)
          return give_up(why);
        // Another call has started it meanwhile.
        find_supervisor(call, give_up);
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
  spawning call{*this, ++last_spawned, terms,
                std::chrono::milliseconds{std::max<uint64_t>(*time, 1)}, to};
  auto& entry = spawned[call.id];
  entry.path = fmt::format("worker/{}/{}", supervisor_id, call.id);
  entry.stop = terms.stop;
  // The supervisor comes with the first function, so that a tree has none that
  // nobody needs.
  find_supervisor(call, [call](caf::error&) { start_with_supervisor(call); });
}

void agent_state::spawned_down(const caf::actor_addr& child) {
  for (auto& [id, x] : spawned)
    if (x.child == child)
      x.running = false;
}

void agent_state::stop_spawned(const std::string& path) {
  for (auto& [id, x] : spawned)
    if (x.path == path || x.path.starts_with(path + "/"))
      *x.stop = true;
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
