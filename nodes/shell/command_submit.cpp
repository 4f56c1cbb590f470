#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/dry_run.hpp"
#include "nodes/shell/sending.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/submission.hpp"

#include <fmt/format.h>

namespace troupe::shell {

outcome<exit_code> submit_command(session& self) {
  auto call = with_job_file(self.call(), &self.interrupts().flag());
  if (!call)
    return tl::unexpected{std::move(call.error())};
  auto what = read_submission(*call, &self.interrupts().flag());
  if (!what)
    return tl::unexpected{std::move(what.error())};
  if (call->has("dry-run"))
    return dry_run(self, *call, *what);
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (auto ok = fit_to_cluster(*what, *coordinator); !ok)
    return tl::unexpected{std::move(ok.error())};
  // While inputs are sent this is the reader of their results, although it
  // reads none: the minute in which another one must come begins at its end.
  auto job = send_job(self, *what, *coordinator, what->spec.options.stream);
  self.interrupts().allow_detach(false);
  if (!job)
    return tl::unexpected{std::move(job.error())};
  if (!self.json()) {
    self.out().write(fmt::format("{}\n", *job));
    return exit_code::done;
  }
  auto status = coordinator->describe(*job);
  if (!status)
    return refuse(status.error());
  print_job(self, *status, "");
  return exit_code::done;
}

} // namespace troupe::shell
