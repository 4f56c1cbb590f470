#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <utility>

/// The COORDINATOR's part that says why a task is where it is. Of a job that
/// runs, the SCHEDULER knows; of one that has ended, only counts and dead
/// letters are kept.
namespace troupe {

namespace {

std::string name_of(job_id job) {
  return "job " + std::to_string(job);
}

task_explanation nothing_yet(const explain_task& what,
                             const job_status& status) {
  task_explanation result;
  result.job = what.job;
  result.index = what.one ? what.index : status.tasks;
  result.state = task_state::waiting;
  result.why = "it waits for its input: " + name_of(what.job)
               + " is open and has got " + std::to_string(status.tasks)
               + (status.tasks == 1 ? " input so far" : " inputs so far");
  return result;
}

caf::error no_such_task(const explain_task& what, const job_status& status) {
  auto all = status.tasks == 0 ? std::string{"none"}
                               : std::to_string(status.tasks) + ", the last is "
                                   + std::to_string(what.job) + "/"
                                   + std::to_string(status.tasks - 1);
  return to_caf({errc::bad_usage, name_of(what.job) + " has no task "
                                    + std::to_string(what.index) + ": it has "
                                    + all});
}

/// What can be said of a task from the counts of its job.
task_explanation by_counts(const explain_task& what, const job_status& status) {
  task_explanation result;
  result.job = what.job;
  result.index = what.index;
  auto job = name_of(what.job);
  if (status.succeeded == status.tasks) {
    result.state = task_state::succeeded;
    result.why = "it has succeeded, as all tasks of " + job + " have";
  } else if (status.succeeded + status.dead == status.tasks) {
    result.state = task_state::succeeded;
    result.why = "it has succeeded, unless it was a dead letter of " + job
                 + " that was purged";
  } else if (status.succeeded == 0) {
    result.state = task_state::cancelled;
    result.why = "it was cancelled with " + job;
  } else {
    result.state = task_state::cancelled;
    result.why = "it was cancelled with " + job
                 + ", or had succeeded before: "
                   "which of its tasks had is not known any more";
  }
  return result;
}

task_explanation of_ended_job(const explain_task& what,
                              const job_status& status) {
  task_explanation result;
  result.job = what.job;
  result.state = task_state::cancelled;
  if (status.state == job_state::succeeded)
    result.state = task_state::succeeded;
  else if (status.dead > 0)
    result.state = task_state::dead;
  result.why = name_of(what.job) + " has ended: it "
               + (status.state == job_state::cancelled ? "was " : "has ")
               + std::string{to_string(status.state)};
  if (!status.reason.empty())
    result.why += ": " + status.reason;
  return result;
}

} // namespace

caf::result<task_explanation>
coordinator_state::explain(const explain_task& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  const auto& entry = i->second;
  const auto& status = entry.status;
  auto is_missing = what.one ? what.index >= status.tasks : status.tasks == 0;
  if (is_missing && status.state == job_state::open)
    return nothing_yet(what, status);
  if (what.one && is_missing)
    return no_such_task(what, status);
  if (entry.end || is_terminal(status.state)) {
    auto last = status;
    if (!is_terminal(last.state)) { // Its end is decided and not written yet.
      last.state = entry.end->state;
      last.reason = entry.end->reason;
    }
    return explain_ended(what, last);
  }
  auto promise = self->make_response_promise<task_explanation>();
  self->request(options.scheduler, limits::request_timeout, what)
    .then(
      [this, promise](task_explanation& x) mutable {
        if (x.state == task_state::dead)
          ask_dead(std::move(x), promise);
        else
          promise.deliver(std::move(x));
      },
      [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
  return promise;
}

caf::result<task_explanation>
coordinator_state::explain_ended(const explain_task& what,
                                 const job_status& last) {
  if (!what.one)
    return of_ended_job(what, last);
  if (last.dead == 0)
    return by_counts(what, last);
  auto promise = self->make_response_promise<task_explanation>();
  ask_dead(by_counts(what, last), promise);
  return promise;
}

/// Asks the store for the dead letter that the task may be.
void coordinator_state::ask_dead(
  task_explanation otherwise,
  caf::typed_response_promise<task_explanation> promise) {
  auto ticket = ++last_ticket;
  store_list_dead message;
  message.ticket = ticket;
  message.what.which.job = otherwise.job;
  message.what.which.one = true;
  message.what.which.index = otherwise.index;
  message.what.most = 1;
  asked_dead_tasks.emplace(ticket, asked_dead{std::move(otherwise), promise});
  self->send(options.store, std::move(message));
}

bool coordinator_state::explain_dead(const store_dead& what) {
  auto node = asked_dead_tasks.extract(what.ticket);
  if (node.empty())
    return false;
  auto& [result, promise] = node.mapped();
  if (!what.found.items.empty()) {
    const auto& letter = what.found.items.front();
    result.state = task_state::dead;
    result.attempt = letter.attempts;
    result.node = letter.node;
    result.why = "it was given up after " + std::to_string(letter.attempts)
                 + (letter.attempts == 1 ? " attempt: " : " attempts: ")
                 + letter.text;
  }
  promise.deliver(std::move(result));
  return true;
}

} // namespace troupe
