#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/policy/ended_tasks.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/validate.hpp"

#include <algorithm>
#include <utility>

/// The COORDINATOR's part that tells people about the tasks of a job. Of a job
/// that runs, the SCHEDULER knows; of one that has ended, only counts and dead
/// letters are kept.
namespace troupe {

namespace {

std::string name_of(job_id job) {
  return "job " + std::to_string(job);
}

/// Whether a listing is about nothing but dead letters.
bool is_about_dead(const list_tasks& what) {
  return what.states == uint32_t{1} << static_cast<uint32_t>(task_state::dead);
}

bool is_settled(const task_listing& found) {
  return std::none_of(found.items.begin(), found.items.end(),
                      [](auto& x) { return x.state == task_state::cancelled; });
}

caf::error not_known(const list_tasks& what, const job_status& status) {
  auto has_ended = is_terminal(status.state);
  return to_caf({has_ended ? errc::job_ended : errc::job_not_ended,
                 name_of(what.job)
                   + (has_ended ? " has ended" : " was requeued") + ": of its "
                   + std::to_string(status.tasks) + " tasks "
                   + std::to_string(status.succeeded)
                   + " have succeeded, and which ones is not kept; ask for "
                     "the state dead, or for those of tasks that run"});
}

} // namespace

caf::result<task_listing> coordinator_state::list(const list_tasks& what) {
  if (auto ok = check(what); !ok)
    return to_caf(ok.error());
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  auto promise = self->make_response_promise<task_listing>();
  if (is_over(i->second)) {
    list_ended(what, i->second, promise);
    return promise;
  }
  self->request(options.scheduler, limits::request_timeout, what)
    .then(
      [this, promise, what](task_listing& x) mutable {
        auto of = jobs.find(what.job);
        if (is_settled(x) || of == jobs.end())
          promise.deliver(std::move(x));
        else
          settle(what, of->second, of->second.others, std::move(x), promise);
      },
      [this, promise, what](caf::error& x) mutable {
        // It may have ended while the question was under way.
        auto found = jobs.find(what.job);
        if (found != jobs.end() && is_over(found->second))
          list_ended(what, found->second, promise);
        else
          promise.deliver(std::move(x));
      });
  return promise;
}

bool coordinator_state::is_over(const job& of) {
  return of.end || is_terminal(of.status.state);
}

void coordinator_state::list_ended(
  const list_tasks& what, const job& of,
  caf::typed_response_promise<task_listing> promise) {
  task_listing all;
  if (what.from < of.status.tasks) {
    auto& group = all.items.emplace_back();
    group.range = {what.from, of.status.tasks};
    group.state = task_state::cancelled; // Until it is settled.
  }
  settle(what, of, state_of_others(of.status, of.purged), std::move(all),
         promise);
}

/// Says how those tasks did that are only known to have ended.
void coordinator_state::settle(
  const list_tasks& what, const job& of, std::optional<task_state> others,
  task_listing found, caf::typed_response_promise<task_listing> promise) {
  if (others || is_about_dead(what))
    add_dead(what, std::move(found), others.value_or(task_state::succeeded),
             promise);
  else
    promise.deliver(not_known(what, of.status));
}

/// Asks the store for the dead letters among tasks that have ended.
void coordinator_state::add_dead(
  const list_tasks& what, task_listing found, task_state others,
  caf::typed_response_promise<task_listing> promise) {
  auto first =
    std::find_if(found.items.begin(), found.items.end(),
                 [](auto& x) { return x.state == task_state::cancelled; });
  if (first == found.items.end()) {
    promise.deliver(std::move(found));
    return;
  }
  store_list_dead message;
  message.ticket = ++last_ticket;
  message.what.which.job = what.job;
  message.what.most = limits::dead_per_page;
  if (first->range.begin > 0) {
    message.what.after_job = what.job;
    message.what.after_index = first->range.begin - 1;
  }
  unfinished_lists.emplace(
    message.ticket, listed_tasks{what, std::move(found), others, promise});
  self->send(options.store, std::move(message));
}

bool coordinator_state::list_dead_tasks(const store_dead& what) {
  auto node = unfinished_lists.extract(what.ticket);
  if (node.empty())
    return false;
  auto& [question, found, others, promise] = node.mapped();
  const auto& letters = what.found.items;
  promise.deliver(settle_ended(
    found, others, {letters, letters.size() < limits::dead_per_page},
    question.states, question.most));
  return true;
}

caf::result<job_shares> coordinator_state::shares(const list_shares& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  if (is_over(i->second))
    return to_caf({errc::job_ended, name_of(what.job)
                                      + " has ended: which node ran how much "
                                        "of it is only known while it runs"});
  auto promise = self->make_response_promise<job_shares>();
  self->request(options.scheduler, limits::request_timeout, what)
    .then([promise](job_shares& x) mutable { promise.deliver(std::move(x)); },
          [promise](caf::error& x) mutable { promise.deliver(std::move(x)); });
  return promise;
}

} // namespace troupe
