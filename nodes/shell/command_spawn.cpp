#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/background_call.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/detach_scope.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>

#include <chrono>

namespace troupe::shell {

namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds time_default{60'000};
/// What a node grants: `time_max_ms` of actors/agent_spawn.cpp.
constexpr std::chrono::milliseconds time_max{3'600'000};
constexpr int poll_interval_ms = 200;

/// Returns the node of `--node`, or the only one that runs functions.
outcome<std::string> node_for(const session& self, const client& from) {
  if (auto name = self.call().text("node"))
    return *name;
  auto nodes = from.nodes();
  if (!nodes)
    return refuse(nodes.error());
  std::vector<std::string> names;
  for (const auto& x : *nodes)
    if (x.slots > 0 && x.state != node_state::gone
        && x.state != node_state::down)
      names.push_back(escape_text(x.name));
  if (names.size() == 1)
    return names.front();
  if (names.empty())
    return refuse("no worker is up that could run a function");
  return refuse_usage(fmt::format("several nodes run functions: say which one "
                                  "with --node ({})",
                                  fmt::join(names, ", ")));
}

outcome<json> ask_json(const client& from, const ask_node& question) {
  auto document = ask_one(from, question);
  if (!document)
    return tl::unexpected{std::move(document.error())};
  return parse_answer<nlohmann::json>(*document);
}

/// Waits for the end, which the node's own deadline brings.
/// @param started What the node answered to `spawn`.
outcome<json> wait_for_end(session& self, const client& from,
                           const std::string& node, const json& started) {
  auto id = number_at(started, "id");
  auto path = text_at(started, "path");
  auto text = fmt::format(R"({{"id": {}}})", id);
  detach_scope polls{self.interrupts()};
  const auto& stop = self.interrupts().flag();
  for (;;) {
    auto now = call_unless([&stop] { return stop.load(); },
                           [from, node, text] {
                             return ask_json(from, {node, "spawned", {}, text});
                           });
    if (!now || stop)
      return refuse(fmt::format("detached; {} goes on until its time is over",
                                escape_text(path)),
                    exit_code::detached);
    if (!*now)
      return std::move(*now);
    auto ended = flag_at(**now, "ended");
    if (!ended)
      return tl::unexpected{std::move(ended.error())};
    if (*ended)
      return std::move(*now);
    static_cast<void>(::poll(nullptr, 0, poll_interval_ms));
  }
}

} // namespace

outcome<exit_code> spawn_command(session& self) {
  const auto& call = self.call();
  auto time = call.duration("for").value_or(time_default);
  if (time > time_max)
    return refuse_usage(fmt::format("--for is at most 1h, not {}",
                                    quote_text(*call.text("for"))));
  json question{{"function", call.positional().front()},
                {"input", call.text("input").value_or("null")}};
  question["for_ms"] = static_cast<uint64_t>(time.count());
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto node = node_for(self, *coordinator);
  if (!node)
    return tl::unexpected{std::move(node.error())};
  auto started =
    ask_json(*coordinator, {*node, "spawn", {}, compact(question)});
  if (!started)
    return tl::unexpected{std::move(started.error())};
  auto ended = wait_for_end(self, *coordinator, *node, *started);
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  (*ended)["node"] = *node;
  if (self.json())
    self.out().write(compact(*ended) + "\n");
  if (ended->contains("text"))
    return refuse(escape_text(text_at(*ended, "text")));
  if (!self.json())
    write_result_text(compact((*ended)["result"]), self.text_columns(),
                      [&](std::string_view x) { self.out().write(x); });
  return exit_code::done;
}

} // namespace troupe::shell
