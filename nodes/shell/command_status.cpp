#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/commands.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/shell_target.hpp"
#include "nodes/shell/status_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::shell {

namespace {

/// So that all of it is one screen.
constexpr size_t warnings_shown = 6;

} // namespace

outcome<exit_code> status_command(session& self) {
  auto target = context_of(self.call());
  if (!target)
    return tl::unexpected{std::move(target.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto view = view_cluster(*coordinator, *target);
  if (!view)
    return refuse(view.error());
  auto& out = self.out();
  if (self.json()) {
    out.write(status_json(*view) + "\n");
    return exit_code::done;
  }
  out.write(describe(*view));
  if (auto jobs = shown_jobs(*view); !jobs.empty()) {
    out.write("\n");
    self.show(job_table(jobs));
  }
  if (auto failures = failure_table(view->load.failures);
      !failures.rows.empty()) {
    out.write("\n");
    self.show(failures);
  }
  auto warnings = warnings_of(*view);
  if (!warnings.empty())
    out.write("\n");
  auto shown = std::min(warnings.size(), warnings_shown);
  for (size_t i = 0; i < shown; ++i)
    out.write("warning: " + warnings[i] + "\n"); // Escaped already.
  if (shown < warnings.size())
    out.write(fmt::format("warning: and {} more\n", warnings.size() - shown));
  return exit_code::done;
}

} // namespace troupe::shell
