// What a SUPERVISOR tells about itself and its children.

#include "actors/report.hpp"
#include "actors/supervisor.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/limits.hpp"

#include <fmt/format.h>

namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

/// What the entries of the children take at most, so that all fits into an
/// answer of a node.
constexpr size_t children_bytes_max = 96 * limits::kib;
constexpr size_t reason_bytes_max = 512;

/// Returns the beginning of a reason that is long.
std::string shown(const std::string& reason) {
  if (reason.size() <= reason_bytes_max)
    return reason;
  auto end = reason_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xc0) == 0x80)
    --end;
  return reason.substr(0, end) + "...";
}

std::string ends_json(const supervisor_state::child& of, time_point now) {
  std::string out = "[";
  for (const auto& x : of.last_ends)
    out += fmt::format(R"({}{{"ago_us": {}, "reason": {}}})",
                       &x == &of.last_ends.front() ? "" : ", ",
                       microseconds(now - x.at), quote_json(shown(x.reason)));
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
  std::string children;
  size_t listed = 0;
  for (const auto& [who, x] : of.children) {
    auto entry = child_json(of.id_of(who, x), x, now);
    if (listed == reported_children_max
        || children.size() + entry.size() > children_bytes_max)
      break;
    children += (listed++ == 0 ? "" : ", ") + entry;
  }
  return fmt::format(
    R"({{"path": {}, "strategy": "{}", "intensity": {}, "period_ms": {}, )"
    R"("auto_shutdown": "{}", "restarts_used": {}, "restarts_left": {}, )"
    R"("state_us": {}, "zombies": {}, "requests_waiting": {}, "count": {}, )"
    R"("cut": {}, "children": [{}]}})",
    quote_json(of.options.path), to_string(flags.strategy), flags.intensity,
    flags.period.count(), to_string(flags.shutdown), of.window.used(now),
    of.window.left(now), microseconds(now - of.started_at), of.zombie_count,
    of.requests.size(), of.children.size(), listed < of.children.size(),
    children);
}

} // namespace troupe
