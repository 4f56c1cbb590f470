#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/result_printer.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/waiting.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// A job that succeeded has a result, unless it went out bit by bit.
bool was_streamed(const job_status& job) {
  return job.state == job_state::succeeded && job.result_type.empty();
}

outcome<exit_code> deliver(session& self, const client& coordinator,
                           const delivery& target, const job_status& job) {
  if (job.state != job_state::succeeded && job.result_type.empty()) {
    print_job(self, job, "");
    return refuse(failure_line(job));
  }
  if (auto ok = target.deliver(self, coordinator, job); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (job.state == job_state::succeeded)
    return exit_code::done;
  // What was merged before the end stays readable, but it is not everything.
  return refuse(failure_line(job) + "; the result is not complete");
}

} // namespace

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
  result_printer results{self, *coordinator, *job, ""};
  if (!is_terminal(status->state)) {
    self.say(fmt::format("job {} has not ended, {} of {} tasks are done; "
                         "waiting for its end",
                         *job, status->succeeded, status->tasks));
    auto timeout = self.call().duration("timeout");
    auto ended = wait_for(self, *coordinator, *job, timeout, &results);
    if (!ended || results.has_begun())
      return results.end(std::move(ended));
    *status = std::move(*ended);
  }
  if (!was_streamed(*status))
    return deliver(self, *coordinator, *target, *status);
  self.say(fmt::format("job {} handed out its results while it ran (--stream), "
                       "they are not kept",
                       *job));
  results.begin();
  return results.end(std::move(*status));
}

} // namespace troupe::shell
