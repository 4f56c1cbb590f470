#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace troupe::shell {

namespace {

using nlohmann::json;

std::string line(std::string_view key, const std::string& value) {
  return value.empty() ? "" : fmt::format("{:<12} {}\n", key, value);
}

std::string names(const json& list) {
  std::string out;
  for (const auto& x : list)
    if (x.is_string())
      out += (out.empty() ? "" : ", ") + escape_text(x.get<std::string>());
  return out;
}

std::string child_lines(const json& child) {
  if (!child.is_object())
    return {};
  auto out =
    line("state", fmt::format("{} for {}", escape_text(text_at(child, "state")),
                              span(number_at(child, "state_us"))))
    + line("restart", escape_text(text_at(child, "restart")))
    + line("shutdown", escape_text(text_at(child, "shutdown")))
    + line("restarts", std::to_string(number_at(child, "restarts")))
    + line("ends", std::to_string(number_at(child, "ends")));
  for (const auto& x : child.value("last_ends", json::array()))
    out += line("ended", fmt::format("{} ago: {}", span(number_at(x, "ago_us")),
                                     escape_text(text_at(x, "reason"))));
  return out;
}

/// @param is_its_own A root has no other: what it does to its children.
std::string supervisor_lines(const json& of, bool is_its_own) {
  auto strategy = escape_text(text_at(of, "strategy"));
  return (is_its_own
            ? line("strategy", strategy)
            : line("supervisor",
                   fmt::format("{}, {}", escape_text(text_at(of, "path")),
                               strategy)))
         + line("intensity", fmt::format("{} of {} restarts in {} ms used",
                                         number_at(of, "restarts_used"),
                                         number_at(of, "intensity"),
                                         number_at(of, "period_ms")));
}

std::string messages_lines(const json& messages) {
  std::string out;
  for (const auto& x : messages) {
    auto fields = escape_text(text_at(x, "fields"));
    out += line(
      "message",
      fmt::format("{} {}{}: {}", escape_text(text_at(x, "verb")),
                  escape_text(text_at(x, "name")),
                  fields.empty() ? "" : fmt::format(R"( {{"{}": N}})", fields),
                  escape_text(text_at(x, "what"))));
  }
  return out;
}

std::string description(const std::string& node, const json& what) {
  const auto vitals = what.value("vitals", json(nullptr));
  auto out = line("path", escape_text(text_at(what, "path")))
             + line("node", escape_text(node))
             + line("kind", escape_text(text_at(vitals, "kind")));
  if (vitals.is_object())
    out += line("mailbox", std::to_string(number_at(vitals, "mailbox")))
           + line("handled", std::to_string(number_at(vitals, "handled")));
  auto child = what.value("child", json(nullptr));
  return out + child_lines(child)
         + supervisor_lines(what.value("supervisor", json::object()),
                            child.is_null())
         + line("siblings", names(what.value("siblings", json::array())))
         + line("children", names(what.value("children", json::array())))
         + messages_lines(what.value("messages", json::array()));
}

} // namespace

outcome<exit_code> describe_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto found = find_actor(self, *coordinator, self.call().positional().front());
  if (!found)
    return tl::unexpected{std::move(found.error())};
  auto what = parse_answer<nlohmann::json>(found->document);
  if (!what)
    return tl::unexpected{std::move(what.error())};
  (*what)["node"] = found->node;
  self.out().write(self.json() ? compact(*what) + "\n"
                               : description(found->node, *what));
  return exit_code::done;
}

outcome<exit_code> state_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto found =
    ask_about(self, *coordinator, "state", self.call().positional().front());
  if (!found)
    return tl::unexpected{std::move(found.error())};
  auto what = parse_answer<nlohmann::json>(found->document);
  if (!what)
    return tl::unexpected{std::move(what.error())};
  (*what)["node"] = found->node;
  if (self.json())
    self.out().write(compact(*what) + "\n");
  else
    write_result_text(compact((*what)["state"]), self.text_columns(),
                      [&](std::string_view x) { self.out().write(x); });
  return exit_code::done;
}

} // namespace troupe::shell
