#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/health.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/shell_target.hpp"

namespace troupe::shell {

namespace {

/// Monitoring wants one line on stdout, whatever happened.
exit_code report_unreachable(session& self, const std::string& why) {
  self.out().write(self.json() ? unreachable_json(why) : unreachable_line(why));
  return static_cast<exit_code>(health::critical);
}

} // namespace

outcome<exit_code> check_command(session& self) {
  auto rules = health_rules::read(self.call());
  if (!rules)
    return tl::unexpected{std::move(rules.error())};
  auto target = context_of(self.call());
  if (!target)
    return report_unreachable(self, target.error().text);
  auto coordinator = self.connect();
  if (!coordinator)
    return report_unreachable(self, coordinator.error().text);
  auto view = view_cluster(*coordinator, *target);
  if (!view)
    return report_unreachable(self, refuse(view.error()).value().text);
  auto report = judge(*view, *rules);
  self.out().write(self.json() ? health_json(report, *view)
                               : health_line(report, *view, *rules));
  return static_cast<exit_code>(report.level);
}

} // namespace troupe::shell
