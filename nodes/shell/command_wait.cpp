#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/waiting.hpp"

namespace troupe::shell {

outcome<exit_code> wait_command(session& self) {
  auto job = self.call().job();
  if (!job)
    return tl::unexpected{std::move(job.error())};
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  auto timeout = self.call().duration("timeout");
  auto ended = wait_for(self, *coordinator, *job, timeout);
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  if (ended->state != job_state::succeeded) {
    print_job(self, *ended, "");
    return refuse(failure_line(*ended));
  }
  if (!self.call().has("result")) {
    print_job(self, *ended, summary_line(*ended) + "\n");
    return exit_code::done;
  }
  if (auto ok = delivery{}.deliver(self, *coordinator, *ended); !ok)
    return tl::unexpected{std::move(ok.error())};
  self.say(summary_line(*ended));
  return exit_code::done;
}

} // namespace troupe::shell
