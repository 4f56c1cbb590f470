#include "nodes/shell/waiting.hpp"

#include "nodes/shell/job_text.hpp"
#include "nodes/shell/progress_line.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/wire/caf_error.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

/// Tells why nothing moves, once per reason.
class reason_teller {
public:
  explicit reason_teller(const session& self) : self_(self) {
    // nop
  }

  void update(const job_status& job, progress_line& line) {
    if (is_terminal(job.state) || job.reason.empty() || job.reason == told_)
      return;
    told_ = job.reason;
    line.erase();
    self_.say(fmt::format("job {}: {}", job.id, escape_text(told_)));
  }

private:
  const session& self_;
  std::string told_;
};

/// Prints the job as it is now, for scripts that want to know more than the
/// exit code.
void print_unfinished(session& self, const client& coordinator, job_id job) {
  if (!self.json())
    return;
  if (auto status = coordinator.describe(job)) {
    self.out().write(job_json(*status));
    self.out().write("\n");
  }
}

} // namespace

outcome<job_status> wait_for(session& self, const client& coordinator,
                             job_id job,
                             std::optional<std::chrono::milliseconds> timeout) {
  progress_line line{self.err()};
  reason_teller reasons{self};
  wait_options options;
  options.timeout = timeout.value_or(options.timeout);
  options.interrupted = &self.interrupts().flag();
  options.on_progress = [&](const job_status& status) {
    reasons.update(status, line);
    line.update(status, std::chrono::steady_clock::now());
  };
  self.interrupts().allow_detach(true);
  auto ended = coordinator.wait(job, options);
  self.interrupts().allow_detach(false);
  line.erase();
  if (ended)
    return std::move(*ended);
  auto why = from_caf(ended.error());
  if (self.interrupts().flag()) {
    print_unfinished(self, coordinator, job);
    return refuse(
      fmt::format("detached; job {0} goes on: troupe wait {0}", job),
      exit_code::detached);
  }
  if (why.code == errc::timed_out && options.timeout.count() > 0) {
    print_unfinished(self, coordinator, job);
    return refuse(
      fmt::format("--timeout is over; job {0} goes on: troupe wait {0}", job),
      exit_code::timed_out);
  }
  // Here the coordinator is back, but the job is not: it is lost.
  if (why.code == errc::connection_lost)
    return refuse(to_string(why));
  return refuse(ended.error());
}

} // namespace troupe::shell
