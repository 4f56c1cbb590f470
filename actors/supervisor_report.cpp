// What a SUPERVISOR tells about itself and its children.

#include "actors/report.hpp"
#include "actors/supervisor.hpp"
#include "runtime/base/escape.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

std::string ends_json(const supervisor_state::child& of, time_point now) {
  std::string out = "[";
  for (const auto& x : of.last_ends)
    out += fmt::format(R"({}{{"ago_us": {}, "reason": {}}})",
                       &x == &of.last_ends.front() ? "" : ", ",
                       microseconds(now - x.at), quote_json(x.reason));
  return out + "]";
}

std::string child_json(const std::string& id, const supervisor_state::child& of,
                       time_point now) {
  const auto& rules = of.spec->rules;
  return fmt::format(
    R"({{"id": {}, "type": "{}", "restart": "{}", "shutdown": "{}", )"
    R"("significant": {}, "state": "{}", "state_us": {}, "restarts": {}, )"
    R"("ends": {}, "last_ends": {}}})",
    quote_json(id), to_string(rules.type), to_string(rules.restart),
    to_string(shutdown_of(rules)), rules.significant, to_string(of.state),
    microseconds(now - of.since), of.restarts, of.ends, ends_json(of, now));
}

} // namespace

std::string report_of(const supervisor_state& of) {
  const auto now = of.self->clock().now();
  const auto& flags = of.options.flags;
  auto out = fmt::format(
    R"({{"path": {}, "strategy": "{}", "intensity": {}, "period_ms": {}, )"
    R"("auto_shutdown": "{}", "restarts_used": {}, "restarts_left": {}, )"
    R"("state_us": {}, "zombies": {}, "requests_waiting": {}, "count": {}, )"
    R"("cut": {}, "children": [)",
    quote_json(of.options.path), to_string(flags.strategy), flags.intensity,
    flags.period.count(), to_string(flags.shutdown), of.window.used(now),
    of.window.left(now), microseconds(now - of.started_at), of.zombie_count,
    of.requests.size(), of.children.size(),
    of.children.size() > reported_children_max);
  size_t listed = 0;
  for (const auto& [who, x] : of.children) {
    if (listed++ == reported_children_max)
      break;
    out += (listed == 1 ? "" : ", ") + child_json(of.id_of(who, x), x, now);
  }
  return out + "]}";
}

} // namespace troupe
