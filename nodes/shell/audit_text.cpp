#include "nodes/shell/audit_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {} // namespace

std::string audit_json(const job_audit& audit) {
  auto out = fmt::format(
    R"({{"job": {}, "ok": {}, "ended": {}, "incomplete": {}, "tasks": {}, )"
    R"("accepted": {}, "failed": {}, "leases": {}, "found": {}, )"
    R"("violations": [)",
    audit.job, audit.ok, audit.ended, audit.incomplete, audit.tasks,
    audit.accepted, audit.failed, audit.leases, audit.found);
  for (const auto& x : audit.violations) {
    out += &x == &audit.violations.front() ? "" : ", ";
    append_json_string(x, out);
  }
  return out + "]}";
}

std::string describe(const job_audit& audit) {
  auto out = fmt::format(
    "job {}: {}; results of {} of {} accepted, {} failed, {}\n", audit.job,
    audit.ok ? std::string{"no violation"} : counted(audit.found, "violation"),
    format_count(audit.accepted), counted(audit.tasks, "task"),
    counted(audit.failed, "attempt"), counted(audit.leases, "lease"));
  if (!audit.ended)
    out += "  it has not ended: tasks without a result are not judged\n";
  if (audit.incomplete)
    out += "  only the last events were kept: what came before them is not "
           "judged\n";
  for (const auto& x : audit.violations)
    out += "  " + escape_text(x) + "\n";
  if (audit.found > audit.violations.size())
    out += fmt::format("  and {} more\n",
                       format_count(audit.found - audit.violations.size()));
  return out;
}

} // namespace troupe::shell
