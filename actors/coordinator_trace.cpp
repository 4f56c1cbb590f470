#include "actors/auditor.hpp"
#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

/// The COORDINATOR's part that tells the life of tasks and jobs: an AUDITOR
/// makes it from what the store knows.
namespace troupe {

caf::result<task_trace> coordinator_state::trace(const trace_task& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  auto tasks = i->second.status.tasks;
  if (what.one && what.index >= tasks)
    return to_caf(
      {errc::bad_usage, "job " + std::to_string(what.job) + " has no task "
                          + std::to_string(what.index) + ": it has "
                          + std::to_string(tasks)
                          + (tasks == 1 ? " task" : " tasks, counted from 0")});
  auto promise = self->make_response_promise<task_trace>();
  auto ticket = ++last_ticket;
  traces.emplace(ticket, asked_trace{what, promise});
  auto read = [this, what, ticket] {
    self->send(options.store,
               store_read_leases{ticket, what.job, what.one, what.index});
  };
  if (is_terminal(i->second.status.state)) {
    read();
    return promise;
  }
  // Who is asked why a task waits has first recorded what it knows of leases.
  self
    ->request(options.scheduler, limits::request_timeout,
              explain_task{what.job, what.one, what.index})
    .then([read](const task_explanation&) { read(); },
          [read](caf::error&) { read(); });
  return promise;
}

bool coordinator_state::trace(const store_leases& facts) {
  auto node = traces.extract(facts.ticket);
  if (node.empty())
    return false;
  auto& [what, promise] = node.mapped();
  auto i = jobs.find(facts.job);
  if (!facts.found || i == jobs.end()) {
    promise.deliver(no_such_job(facts.job));
    return true;
  }
  auto since = i->second.stored_at.time_since_epoch();
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(since);
  trace_leases question;
  question.what = what;
  question.facts = facts;
  question.submitted_us =
    static_cast<uint64_t>(std::max<int64_t>(us.count(), 0));
  question.nodes = node_names;
  self
    ->request(self->spawn(auditor, options.log), limits::request_timeout,
              std::move(question))
    .then([to = promise](task_trace& x) mutable { to.deliver(std::move(x)); },
          [to = promise](caf::error& x) mutable { to.deliver(std::move(x)); });
  return true;
}

} // namespace troupe
