#include "nodes/shell/commands.hpp"
#include "nodes/shell/delivery.hpp"
#include "nodes/shell/dry_run.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/result_printer.hpp"
#include "nodes/shell/sending.hpp"
#include "nodes/shell/session.hpp"
#include "nodes/shell/submission.hpp"
#include "nodes/shell/waiting.hpp"

namespace troupe::shell {

namespace {

outcome<exit_code> print_results(session& self, const client& coordinator,
                                 job_id job, const submission& what) {
  result_printer results{self, coordinator, job, what.result_type};
  results.begin();
  auto timeout = self.call().duration("timeout");
  auto ended = wait_for(self, coordinator, job, timeout, &results);
  return results.end(std::move(ended));
}

outcome<exit_code> print_result(session& self, const client& coordinator,
                                job_id job, const delivery& target) {
  auto timeout = self.call().duration("timeout");
  auto ended = wait_for(self, coordinator, job, timeout);
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  if (ended->state != job_state::succeeded) {
    print_job(self, *ended, "");
    return refuse(failure_line(*ended));
  }
  if (auto ok = target.deliver(self, coordinator, *ended); !ok)
    return tl::unexpected{std::move(ok.error())};
  self.say(summary_line(*ended));
  return exit_code::done;
}

} // namespace

outcome<exit_code> run_command(session& self) {
  // Everything that can be wrong here is found before the cluster hears of it.
  auto call = with_job_file(self.call(), &self.interrupts().flag());
  if (!call)
    return tl::unexpected{std::move(call.error())};
  auto what = read_submission(*call, &self.interrupts().flag());
  if (!what)
    return tl::unexpected{std::move(what.error())};
  auto target = delivery::prepare(*call);
  if (!target)
    return tl::unexpected{std::move(target.error())};
  if (call->has("dry-run"))
    return dry_run(self, *call, *what);
  auto coordinator = self.connect();
  if (!coordinator)
    return tl::unexpected{std::move(coordinator.error())};
  if (auto ok = fit_to_cluster(*what, *coordinator); !ok)
    return tl::unexpected{std::move(ok.error())};
  if (auto ok = target->check_type(what->result_type); !ok)
    return tl::unexpected{std::move(ok.error())};
  auto job = send_job(self, *what, *coordinator, true);
  if (!job)
    return tl::unexpected{std::move(job.error())};
  if (what->spec.options.stream)
    return print_results(self, *coordinator, *job, *what);
  return print_result(self, *coordinator, *job, *target);
}

} // namespace troupe::shell
