#include "actors/aggregator.hpp"
#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

/// The COORDINATOR's part that is about the end of a job: its results are
/// merged, by an aggregator if they did not fit into one slice, and its one
/// terminal state is written.
namespace troupe {

namespace {

uint64_t microseconds(duration x) {
  return static_cast<uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(x).count());
}

} // namespace

// -- aggregators --------------------------------------------------------------

void coordinator_state::use(const use_jobs& what) {
  aggregators = caf::actor_cast<supervisor_actor>(what.jobs);
  for (auto& [id, entry] : jobs) {
    entry.merger_starts = false; // The old supervisor will not answer.
    if (entry.merges && !entry.merger && !is_terminal(entry.status.state))
      start_merger(id, entry);
  }
}

/// Tells the aggregator how far the log is and whether it ends there; one that
/// is started later is told then.
void coordinator_state::drive_merger(job_id id, job& of) {
  of.merges = true;
  if (of.merger)
    self->send(of.merger,
               merge_log{of.log_seq, of.end.has_value(), of.status.tasks});
  else
    start_merger(id, of);
}

void coordinator_state::set_reader(job_id id, job& of) {
  of.merges = true;
  if (of.merger)
    self->send(of.merger, *of.reader);
  else
    start_merger(id, of);
}

void coordinator_state::start_merger(job_id id, job& of) {
  if (of.merger_starts || !aggregators)
    return;
  of.merger_starts = true;
  aggregator_options terms;
  terms.job = id;
  terms.stream = of.spec.options.stream;
  terms.merge = merge_terms(of);
  terms.store = options.store;
  terms.scheduler = options.scheduler;
  terms.coordinator = self;
  terms.log = options.log;
  self
    ->request(aggregators, limits::request_timeout,
              start_child{{}, std::move(terms)})
    .then(
      [this, id, from = aggregators](const child_started& x) {
        if (from == aggregators)
          merger_started(id, x.child);
      },
      [](caf::error&) {
        // That supervisor ends; its successor is announced by `use_jobs`.
      });
}

void coordinator_state::merger_started(job_id id, const caf::actor& started) {
  auto i = jobs.find(id);
  if (i == jobs.end() || is_terminal(i->second.status.state)) {
    self->send_exit(started, caf::exit_reason::user_shutdown);
    return;
  }
  auto& entry = i->second;
  entry.merger_starts = false;
  entry.merger = caf::actor_cast<aggregator_actor>(started);
  self->monitor(entry.merger);
  if (entry.reader)
    self->send(entry.merger, *entry.reader);
  drive_merger(id, entry);
}

/// Another one goes on from the checkpoint. A job whose merge crashes each
/// time must not do so for ever.
void coordinator_state::lost_merger(job_id id, job& of,
                                    const caf::error& reason) {
  of.merger = nullptr;
  if (exit_kind_of(reason) == exit_kind::abnormal)
    ++of.merger_crashes;
  if (of.writing_end)
    return;
  if (of.merger_crashes < limits::aggregator_crashes_max) {
    start_merger(id, of);
    return;
  }
  unschedule_job(id);
  of.end = ending{job_state::failed, "the aggregator of the job crashed "
                                       + std::to_string(of.merger_crashes)
                                       + " times, see the log"};
  write_end(of, {}, {});
}

void coordinator_state::stop_merger(job& of) {
  if (of.merger) {
    self->demonitor(of.merger.address());
    self->send_exit(of.merger, caf::exit_reason::user_shutdown);
  }
  of.merger = nullptr;
  of.merges = false;
}

result_merger::terms coordinator_state::merge_terms(const job& of) const {
  return {of.spec.reducer, of.function_type, options.job_result_bytes_max};
}

// -- readers of streamed jobs -------------------------------------------------

/// Whether nobody is there to whom the results of a streamed job could go.
bool coordinator_state::lacks_reader(const job& of) {
  return of.spec.options.stream && !of.reader && !of.writing_end;
}

void coordinator_state::lost_reader(job_id id, job& of) {
  of.reader.reset();
  attention.insert(id);
  of.reader_lost_at = self->clock().now();
  arm_timer();
}

/// A streamed job keeps its results for its reader for some time. Then it ends
/// without: never as if they had been read.
void coordinator_state::await_reader(job_id id, job& of) {
  auto now = self->clock().now();
  if (!of.reader_lost_at)
    of.reader_lost_at = now;
  if (now - *of.reader_lost_at < limits::client_lost_after)
    return;
  unschedule_job(id);
  if (of.end && of.end->state == job_state::failed)
    of.end->reason += "; its results were not read: client lost";
  else
    of.end = ending{job_state::cancelled,
                    "client lost: it did not come back to read the results"};
  write_end(of, {}, {});
}

// -- the end ------------------------------------------------------------------

/// Ends a job: no more work, then the merge of what is there, then the write.
void coordinator_state::begin_end(job_id id, job& of, ending how) {
  // A stream ends when its reader has all of it; a cancelled one waits for
  // nobody: its reader may not read, which may be why it is cancelled.
  auto is_broken_off = how.state == job_state::cancelled
                       && of.spec.options.stream && !of.writing_end;
  if (of.end && !is_broken_off)
    return;
  if (how.state != job_state::succeeded)
    unschedule_job(id);
  of.end = std::move(how);
  if (is_broken_off)
    write_end(of, {}, {});
  else if (of.merges || of.log_seq > 0)
    drive_merger(id, of);
  else
    merge_inline(id, of, {});
}

void coordinator_state::merge_inline(job_id id, job& of,
                                     const std::vector<accept_record>& only) {
  if (of.spec.options.stream) {
    merged({id, {}, {}, {}}); // Nothing was accepted, so nothing to stream.
    return;
  }
  result_merger merge{merge_terms(of)};
  result<merged_result> done = merged_result{};
  for (const auto& record : only)
    if (auto ok = merge.add(record); !ok)
      done = tl::unexpected{std::move(ok.error())};
  if (done)
    done = merge.finish(of.status.tasks);
  merged({id, done ? done->type : std::string{}, done ? done->bytes : blob{},
          done ? error{} : done.error()});
}

void coordinator_state::merged(const job_merged& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end() || i->second.writing_end)
    return;
  auto& entry = i->second;
  if (!entry.end) {
    // It cannot succeed any more, so the rest of it need not run.
    if (what.why.code != errc::ok)
      begin_end(what.job, entry, {job_state::failed, to_string(what.why)});
    return;
  }
  if (what.why.code != errc::ok && entry.end->state == job_state::succeeded)
    entry.end = ending{job_state::failed, to_string(what.why)};
  write_end(entry, what.result_type, what.result);
}

void coordinator_state::write_end(job& of, std::string type, blob result) {
  of.writing_end = true;
  auto& status = of.status;
  status.result_type = std::move(type);
  status.result_bytes = result.size();
  status.seconds_us = microseconds(self->clock().now() - of.submitted_at);
  of.result = std::move(result);
  auto final_status = status;
  final_status.state = of.end->state;
  final_status.reason = of.end->reason;
  final_status.running = 0;
  final_status.cancelled = status.tasks - status.succeeded - status.dead;
  leaving.ends.push_back({std::move(final_status), of.result});
  request_flush();
}

void coordinator_state::finished(const store_finish_done& what) {
  for (const auto& x : what.items)
    if (auto i = jobs.find(x.job);
        i != jobs.end() && !is_terminal(i->second.status.state))
      finish(x.job, i->second);
  expire();
  finish_drain();
}

void coordinator_state::finish(job_id id, job& of) {
  auto& status = of.status;
  status.state = of.end->state;
  status.reason = of.end->reason;
  status.running = 0;
  status.cancelled = status.tasks - status.succeeded - status.dead;
  if (status.dead == 0)
    keep_ended(id, of);
  unschedule_job(id);
  tell_watchers(of);
  for (auto& promise : of.cancellers) {
    if (status.state == job_state::cancelled)
      promise.deliver(status);
    else
      promise.deliver(
        to_caf({errc::job_ended, "job " + std::to_string(id) + " is "
                                   + std::string{to_string(status.state)}
                                   + " already"}));
  }
  publish(event_kind::job_state, of);
  options.log->debug(
    "coordinator", "a job ended",
    {{"job", std::to_string(id)}, {"state", to_string(status.state)}});
  attention.erase(id);
  if (of.deadline_at)
    deadlines.erase({*of.deadline_at, id});
  of.cancellers.clear();
  of.watchers.clear();
  of.reader.reset();
  of.reader_lost_at.reset();
  of.inbox.clear();
  of.pull.reset(); // Its frames belong to the inputs that went.
  stop_merger(of);
  of.result = blob{};
  of.spec.args = blob{};
  --unfinished;
}

void coordinator_state::expire() {
  auto now = self->clock().now();
  size_t count = 0;
  for (auto id : ended) {
    auto keep = ended.size() - count <= options.finished_jobs_kept
                && now - jobs.at(id).ended_at < options.finished_job_age_max;
    if (keep)
      break;
    ++count;
  }
  forget_oldest(count);
}

/// Forgets ended jobs, the oldest first, for new ones that the store has no
/// room for: they are a convenience, new work is not. Returns false if there
/// were none that may go; true: it may be enough, so try again.
bool coordinator_state::make_room(size_t bytes) {
  if (bytes >= options.memory_bytes_max)
    return false; // There will never be enough.
  auto before = ended.size();
  expire();
  if (ended.size() < before)
    return true;
  auto now = self->clock().now();
  size_t count = 0;
  size_t released = 0;
  for (auto id : ended) {
    const auto& entry = jobs.at(id);
    if ((count > 0 && released >= bytes)
        || now - entry.ended_at < limits::ended_job_age_min)
      break;
    released += entry.status.result_bytes + sizeof(job_record);
    ++count;
  }
  forget_oldest(count);
  return count > 0;
}

void coordinator_state::forget_oldest(size_t count) {
  if (count == 0)
    return;
  auto end = ended.begin() + static_cast<ptrdiff_t>(count);
  std::vector<job_id> old{ended.begin(), end};
  ended.erase(ended.begin(), end);
  for (auto id : old)
    jobs.erase(id);
  self->send(options.store, store_forget{std::move(old)});
}

} // namespace troupe
