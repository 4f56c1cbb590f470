#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"

namespace troupe::shell {

outcome<exit_code> job_command(session& self) {
  auto job = self.call().job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto status = coordinator->describe(*job);
  if (!status)
    return refuse(status.error());
  print_job(self, *status, describe(*status));
  return exit_code::done;
}

} // namespace troupe::shell
