#include "runtime/policy/history_audit.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/model/range_set.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace troupe {

namespace {

/// Plays one history.
class replay {
public:
  replay(job_audit& out, bool incomplete) : out_(out), incomplete_(incomplete) {
    // nop
  }

  void step(const lease_event& what);

  /// Judges how it ended.
  void finish(const audited_job& job);

private:
  void begin(const lease_event& what);
  void accept(const lease_event& what);
  void succeed(const lease_event& what, index_range range);
  void change(const lease_id& id, index_range rest);
  void complain(std::string what);

  bool may_be_older(const lease_id& id) const {
    return incomplete_ && !known_.contains(id);
  }

  job_audit& out_;
  bool incomplete_; ///< Leases from before the first event may be current.
  range_set accepted_;
  /// Current leases, with what was not accepted of them.
  std::unordered_map<lease_id, index_range> current_;
  std::set<std::pair<task_index, lease_id>> by_begin_; ///< Of `current_`.
  std::unordered_set<lease_id> known_; ///< Of which something was told.
};

std::string slice_name(const lease_event& what) {
  return "slice " + std::to_string(what.seq) + " of lease "
         + to_string(what.lease) + " with the results of "
         + to_string(what.range);
}

void replay::step(const lease_event& what) {
  switch (what.kind) {
    case lease_event_kind::granted:
    case lease_event_kind::adopted: begin(what); break;
    case lease_event_kind::trimmed:
      if (auto i = current_.find(what.lease); i != current_.end())
        change(what.lease,
               {i->second.begin, std::min(i->second.end, what.range.begin)});
      break;
    case lease_event_kind::revoked: change(what.lease, {}); break;
    case lease_event_kind::accepted: accept(what); break;
    case lease_event_kind::resumed:
      current_.clear();
      by_begin_.clear();
      incomplete_ = false; // Whatever was current before is not any more.
      return;
  }
  known_.insert(what.lease);
}

/// Enters what is left of a lease; one with nothing left is not current.
void replay::change(const lease_id& id, index_range rest) {
  if (auto i = current_.find(id); i != current_.end()) {
    by_begin_.erase({i->second.begin, id});
    current_.erase(i);
  }
  if (rest.empty())
    return;
  current_.emplace(id, rest);
  by_begin_.emplace(rest.begin, id);
}

void replay::begin(const lease_event& what) {
  ++out_.leases;
  if (current_.contains(what.lease))
    complain("lease " + to_string(what.lease) + " began a second time");
  change(what.lease, {});
  auto i = by_begin_.lower_bound({what.range.begin, {}});
  if (i != by_begin_.begin()
      && current_.at(std::prev(i)->second).end > what.range.begin)
    --i;
  if (i != by_begin_.end() && i->first < what.range.end)
    complain("lease " + to_string(what.lease) + " of " + to_string(what.range)
             + " began while lease " + to_string(i->second) + " still had "
             + to_string(current_.at(i->second)));
  change(what.lease, what.range);
}

void replay::accept(const lease_event& what) {
  auto i = current_.find(what.lease);
  if (i != current_.end()) {
    auto rest = i->second;
    if (what.range.empty() || !rest.covers(what.range))
      complain(slice_name(what) + " was accepted, but only " + to_string(rest)
               + " was left of that lease");
    change(what.lease, {std::max(rest.begin, what.range.end), rest.end});
  } else if (!may_be_older(what.lease)) {
    complain(slice_name(what) + " was accepted, but that lease was not "
             + "current");
  }
  auto begin = what.range.begin;
  for (auto index : what.failed) {
    if (accepted_.contains(index))
      complain("task " + std::to_string(index) + " failed in "
               + slice_name(what) + " after its result had been accepted");
    succeed(what, {begin, index});
    begin = index + 1;
  }
  succeed(what, {begin, what.range.end});
  out_.failed += what.failed.size();
}

void replay::succeed(const lease_event& what, index_range range) {
  if (range.empty())
    return;
  auto twice = accepted_.first_in(range);
  if (accepted_.add(range) < range.size())
    complain("a result of task " + std::to_string(twice)
             + " was accepted twice, the second time in " + slice_name(what));
}

void replay::finish(const audited_job& job) {
  out_.accepted = accepted_.size();
  auto ended = accepted_;
  for (auto index : job.dead) {
    if (accepted_.contains(index))
      complain("task " + std::to_string(index)
               + " is a dead letter, but a result of it was accepted");
    ended.add({index, index + 1});
  }
  if (ended.first_in({job.tasks, limits::job_tasks_max})
      < limits::job_tasks_max)
    complain(
      "a result of task "
      + std::to_string(ended.first_in({job.tasks, limits::job_tasks_max}))
      + " was accepted, but the job has only " + std::to_string(job.tasks)
      + " tasks");
  if (!out_.ended || out_.incomplete)
    return;
  auto missing = ended.gaps({0, job.tasks});
  uint64_t tasks = 0;
  for (const auto& range : missing)
    tasks += range.size();
  if (tasks > job.excused)
    complain("tasks without an accepted result that are neither dead letters "
             "nor cancelled: "
             + std::to_string(tasks - job.excused)
             + "; the first without one is task "
             + std::to_string(missing.front().begin));
}

void replay::complain(std::string what) {
  ++out_.found;
  out_.ok = false;
  if (out_.violations.size() < limits::violations_listed_max)
    out_.violations.push_back(std::move(what));
}

} // namespace

job_audit audit_history(const audited_job& job,
                        const std::vector<lease_event>& events,
                        bool incomplete) {
  job_audit result;
  result.job = job.id;
  result.tasks = job.tasks;
  result.ended = is_terminal(job.state);
  result.incomplete = incomplete;
  replay of{result, incomplete};
  for (const auto& what : events)
    of.step(what);
  of.finish(job);
  return result;
}

} // namespace troupe
