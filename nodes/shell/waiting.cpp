#include "nodes/shell/waiting.hpp"

#include "nodes/shell/detach_scope.hpp"
#include "nodes/shell/job_text.hpp"
#include "nodes/shell/progress_line.hpp"
#include "nodes/shell/result_printer.hpp"
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

/// How to come back to a job that goes on.
std::string way_back(job_id job, const result_printer* results) {
  if (results == nullptr)
    return fmt::format("job {0} goes on: troupe wait {0}", job);
  if (!results->has_begun())
    return fmt::format("job {0} goes on: troupe result {0}", job);
  return fmt::format("job {0} goes on: troupe result {0} prints the rest, if "
                     "it comes within a minute",
                     job);
}

/// Says that the coordinator is lost, and that it is back.
void tell_loss(const session& self, const std::string& what) {
  self.say(what.empty() ? "the coordinator is back"
                        : escape_text(what) + "; waiting for it");
}

} // namespace

outcome<job_status> wait_for(session& self, const client& coordinator,
                             job_id job,
                             std::optional<std::chrono::milliseconds> timeout,
                             result_printer* results) {
  progress_line line{self.err()};
  reason_teller reasons{self};
  wait_options options;
  options.timeout = timeout.value_or(options.timeout);
  options.interrupted = &self.interrupts().flag();
  options.on_progress = [&](const job_status& status) {
    reasons.update(status, line);
    line.update(status, std::chrono::steady_clock::now());
  };
  options.on_loss = [&](const std::string& what) {
    line.erase();
    tell_loss(self, what);
  };
  auto take = [&](task_index index, std::string_view bytes) {
    line.erase();
    results->take(index, bytes);
  };
  auto ended = [&] {
    detach_scope polls{self.interrupts()};
    return results != nullptr ? coordinator.stream(job, take, options)
                              : coordinator.wait(job, options);
  }();
  line.erase();
  if (ended)
    return std::move(*ended);
  auto why = from_caf(ended.error());
  auto is_open = results == nullptr || !results->has_begun();
  if (self.interrupts().flag()) {
    if (is_open)
      print_unfinished(self, coordinator, job);
    return refuse("detached; " + way_back(job, results), exit_code::detached);
  }
  if (why.code == errc::timed_out && options.timeout.count() > 0) {
    if (is_open)
      print_unfinished(self, coordinator, job);
    return refuse("--timeout is over; " + way_back(job, results),
                  exit_code::timed_out);
  }
  // Here the coordinator is back, but the job is not: it is lost.
  if (why.code == errc::connection_lost)
    return refuse(to_string(why));
  return refuse(ended.error());
}

} // namespace troupe::shell
