#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>
#include <utility>

/// The COORDINATOR's part that tells people about the tasks of a job. Of a job
/// that runs, the SCHEDULER knows; of one that has ended, only counts and dead
/// letters are kept.
namespace troupe {

namespace {

bool is_wanted(const list_tasks& what, task_state state) {
  return what.states == 0
         || ((what.states >> static_cast<unsigned>(state)) & 1) != 0;
}

/// Adds the tasks of [begin, end), if there are any and they are wanted.
void add_group(const list_tasks& what, task_index begin, task_index end,
               task_state state, task_listing& out) {
  if (begin >= end || !is_wanted(what, state))
    return;
  task_group group;
  group.range = {begin, end};
  group.state = state;
  out.items.push_back(std::move(group));
}

/// Which of the tasks of a cancelled job had succeeded is kept by nobody.
caf::error not_known(const job_status& status) {
  return to_caf(
    {errc::job_ended, "job " + std::to_string(status.id) + " has ended as "
                        + std::string{to_string(status.state)}
                        + ": which of its tasks had succeeded before is not "
                          "known any more; \"troupe dead list\" has those that "
                          "were given up"});
}

} // namespace

caf::result<task_listing> coordinator_state::list(const list_tasks& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  const auto& entry = i->second;
  if (entry.end || is_terminal(entry.status.state))
    return list_ended(what, entry.status);
  auto promise = self->make_response_promise<task_listing>();
  self->request(options.scheduler, limits::request_timeout, what)
    .then([promise](task_listing& x) mutable { promise.deliver(std::move(x)); },
          [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
  return promise;
}

caf::result<task_listing>
coordinator_state::list_ended(const list_tasks& what, const job_status& last) {
  task_listing result;
  auto others = last.tasks - std::min(last.dead, last.tasks);
  auto is_mixed = last.succeeded > 0 && last.succeeded < others;
  if (is_mixed)
    return not_known(last);
  auto rest =
    last.succeeded > 0 ? task_state::succeeded : task_state::cancelled;
  if (last.dead == 0) {
    add_group(what, what.from, last.tasks, rest, result);
    return result;
  }
  auto promise = self->make_response_promise<task_listing>();
  auto ticket = ++last_ticket;
  store_list_dead message;
  message.ticket = ticket;
  message.what.which.job = what.job;
  message.what.most = limits::dead_per_page;
  if (what.from > 0) {
    message.what.after_job = what.job;
    message.what.after_index = what.from - 1;
  }
  asked_listings.emplace(ticket,
                         asked_listing{what, last.tasks, rest, promise});
  self->send(options.store, std::move(message));
  return promise;
}

bool coordinator_state::list_dead_tasks(const store_dead& what) {
  auto node = asked_listings.extract(what.ticket);
  if (node.empty())
    return false;
  auto& [question, tasks, rest, promise] = node.mapped();
  task_listing result;
  auto at = question.from;
  for (const auto& letter : what.found.items) {
    add_group(question, at, letter.index, rest, result);
    add_group(question, letter.index, letter.index + 1, task_state::dead,
              result);
    if (is_wanted(question, task_state::dead)) {
      result.items.back().attempt = letter.attempts;
      result.items.back().node = letter.node;
    }
    at = letter.index + 1;
  }
  if (what.found.items.size() < limits::dead_per_page)
    add_group(question, std::exchange(at, tasks), tasks, rest, result);
  if (result.items.size() > question.most) {
    at = result.items[question.most].range.begin;
    result.items.resize(question.most);
  }
  result.more = at < tasks;
  result.next = result.more ? at : 0;
  promise.deliver(std::move(result));
  return true;
}

caf::result<job_shares> coordinator_state::shares(const list_shares& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  if (i->second.end || is_terminal(i->second.status.state))
    return to_caf({errc::job_ended,
                   "job " + std::to_string(what.job)
                     + " has ended: what each node did for it is not kept"});
  auto promise = self->make_response_promise<job_shares>();
  self->request(options.scheduler, limits::request_timeout, what)
    .then([promise](job_shares& x) mutable { promise.deliver(std::move(x)); },
          [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
  return promise;
}

caf::result<task_trace> coordinator_state::trace(const trace_task&) {
  return to_caf({errc::internal, "not there yet"});
}

caf::result<submit_reply> coordinator_state::rerun(const rerun_job&) {
  return to_caf({errc::internal, "not there yet"});
}

} // namespace troupe
