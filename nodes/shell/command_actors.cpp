#include "nodes/shell/actor_question.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/node_json.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace troupe::shell {

namespace {

using nlohmann::json;

constexpr uint64_t limit_default = 10'000;

/// The actors of some nodes, and how many there are.
struct listing {
  std::vector<json> rows; ///< With the key `node`.
  uint64_t total = 0;
};

/// Asks a node page by page. Its roles have trees of their own.
outcome<void> add_node(const client& from, const std::string& node,
                       uint64_t limit, listing& to) {
  uint64_t at = 0;
  for (auto more = true; more;) {
    auto text = fmt::format(R"({{"from": {}}})", at);
    auto answer = from.ask({node, "actors", {}, text});
    if (!answer)
      return refuse(answer.error());
    more = false;
    for (const auto& document : *answer) {
      auto page = parse_answer<nlohmann::json>(document);
      if (!page)
        return tl::unexpected{std::move(page.error())};
      if (at == 0)
        to.total += number_at(*page, "total");
      auto rows = objects_at(*page, "actors");
      if (!rows)
        return tl::unexpected{std::move(rows.error())};
      for (auto& row : *rows) {
        row["node"] = node;
        if (to.rows.size() < limit)
          to.rows.push_back(std::move(row));
      }
      if (auto next = number_at(*page, "next"); next > at) {
        at = next;
        more = to.rows.size() < limit;
      }
    }
  }
  return {};
}

/// Returns a count that a busy actor cannot tell.
std::string count_or_dash(const json& vitals, const char* key) {
  if (!vitals.is_object() || !vitals.contains(key))
    return "-";
  return format_count(number_at(vitals, key));
}

table actors_table(const std::vector<json>& rows) {
  table out;
  out.columns = {{"NODE", false, true},       {"PATH", false, true},
                 {"KIND", false, false, 3},   {"STATE"},
                 {"FOR", true, false, 2},     {"RESTARTS", true, false, 1},
                 {"MAILBOX", true, false, 0}, {"HANDLED", true, false, 0}};
  for (const auto& x : rows) {
    auto vitals = x.value("vitals", json(nullptr));
    auto kind = text_at(vitals, "kind");
    auto state = text_at(x, "state");
    out.rows.push_back({{text_at(x, "node")},
                        {text_at(x, "path")},
                        {kind.empty() ? text_at(x, "type") : kind},
                        {state, state == "running" ? tone::good : tone::bad},
                        {span(number_at(x, "state_us"))},
                        {format_count(number_at(x, "restarts"))},
                        {count_or_dash(vitals, "mailbox")},
                        {count_or_dash(vitals, "handled")}});
  }
  return out;
}

std::string actor_json(const json& x) {
  auto vitals = x.value("vitals", json(nullptr));
  auto known = vitals.is_object();
  return fmt::format(
    R"({{"node": {}, "path": {}, "type": {}, "kind": {}, "state": {}, )"
    R"("state_seconds": {}, "restarts": {}, "mailbox": {}, "handled": {}}})",
    shell::quoted(text_at(x, "node")), shell::quoted(text_at(x, "path")),
    shell::quoted(text_at(x, "type")),
    known ? shell::quoted(text_at(vitals, "kind")) : "null",
    shell::quoted(text_at(x, "state")), seconds(number_at(x, "state_us")),
    number_at(x, "restarts"),
    known ? std::to_string(number_at(vitals, "mailbox")) : "null",
    known ? std::to_string(number_at(vitals, "handled")) : "null");
}

} // namespace

outcome<exit_code> actors_command(session& self) {
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto names = asked_nodes(self, *coordinator);
  if (!names)
    return tl::unexpected{std::move(names.error())};
  auto limit = self.call().count("limit").value_or(limit_default);
  if (limit == 0) // As elsewhere: all.
    limit = UINT64_MAX;
  listing all;
  for (const auto& name : *names)
    if (auto ok = add_node(*coordinator, name, limit, all); !ok)
      return tl::unexpected{std::move(ok.error())};
  if (self.json()) {
    std::vector<std::string> objects;
    for (const auto& x : all.rows)
      objects.push_back(actor_json(x));
    self.out().write(json_array(objects) + "\n");
  } else {
    self.show(actors_table(all.rows));
  }
  if (all.total > all.rows.size())
    self.say(fmt::format("these are {} of {} actors: --limit and --node say "
                         "which",
                         format_count(all.rows.size()),
                         format_count(all.total)));
  return exit_code::done;
}

} // namespace troupe::shell
