#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"

#include <fmt/format.h>

namespace troupe::shell {

outcome<exit_code> result_command(session& self) {
  auto job = self.call().job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  auto target = delivery::prepare(self.call());
  if (!target)
    return tl::unexpected{std::move(target.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto status = coordinator->describe(*job);
  if (!status)
    return refuse(status.error());
  if (!is_terminal(status->state))
    return refuse(fmt::format("job {0} has not ended: {1} of {2} tasks are "
                              "done; troupe wait {0} --result waits for it",
                              *job, status->succeeded, status->tasks));
  if (status->state != job_state::succeeded && status->result_type.empty()) {
    print_job(self, *status, "");
    return refuse(failure_line(*status));
  }
  if (auto ok = target->deliver(self, *coordinator, *status); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (status->state == job_state::succeeded)
    return exit_code::done;
  // What was merged before the end stays readable, but it is not everything.
  return refuse(failure_line(*status) + "; the result is not complete");
}

} // namespace troupe::shell
