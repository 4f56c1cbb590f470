#include "actors/store.hpp"

#include "actors/harden.hpp"
#include "actors/observed.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace troupe {

namespace {

using self_pointer = store_actor::stateful_pointer<store_state>;

/// Answers whoever sent the current message; nobody is fine.
template <class Message>
void reply(self_pointer self, Message&& what) {
  // "Unsafe": a typed actor may not `send` to a handle of unknown type.
  caf::unsafe_send_as(self, caf::actor_cast<caf::actor>(self->current_sender()),
                      std::forward<Message>(what));
}

/// Handles a message, and answers with what that returns, if the store is still
/// this actor's.
template <class Method, class Message>
void handle(self_pointer self, Method method, Message& what) {
  auto& state = self->state;
  const auto turn = state.fence->hold(state.number);
  if (!turn) {
    state.log->warn(store_state::name,
                    "ends: its successor has the store already");
    self->quit();
  } else if constexpr (std::is_void_v<decltype((state.*method)(what))>) {
    (state.*method)(what);
  } else {
    reply(self, (state.*method)(what));
  }
}

template <class Reply, class Message>
auto serve(self_pointer self, Reply (store_state::*method)(Message)) {
  return [=](Message what) { handle(self, method, what); };
}

template <class Reply, class Message>
auto serve(self_pointer self, Reply (store_state::*method)(Message) const) {
  return [=](Message what) { handle(self, method, what); };
}

/// Returns the first letter with this index or a higher one.
auto first_from(const std::vector<dead_letter>& letters, task_index index) {
  return std::lower_bound(
    letters.begin(), letters.end(), index,
    [](const dead_letter& x, task_index y) { return x.index < y; });
}

/// Adds to a page what it has room for of the letters of one job.
void add_page(const std::vector<dead_letter>& letters, const list_dead& what,
              std::vector<dead_letter>& page) {
  auto i = letters.begin();
  if (i != letters.end() && i->job == what.after_job)
    i = first_from(letters, what.after_index);
  for (; i != letters.end() && page.size() < what.most; ++i) {
    const auto& [job, index, attempts, code, text, node, history] = *i;
    if (!what.which(*i) || (job == what.after_job && index <= what.after_index))
      continue;
    page.push_back({job, index, attempts, code, text, node, {}});
    if (what.which.one)
      page.back().history = history;
  }
}

} // namespace

uint64_t store_fence::pass() {
  const std::lock_guard guard{mutex_};
  return ++last_;
}

std::unique_lock<std::mutex> store_fence::hold(uint64_t number) {
  std::unique_lock guard{mutex_};
  if (number != last_)
    guard.unlock();
  return guard;
}

void store_state::open(const store_factory& how) {
  auto opened = how();
  kept = std::move(opened.kept);
  fence = std::move(opened.fence);
  number = fence->pass();
}

store_snapshot store_state::load(const store_load& what) {
  auto jobs = kept->load();
  return {what.ticket, kept->term(), std::move(jobs), kept->nodes()};
}

store_put_jobs_done::item
store_state::put_job(const store_put_jobs::item& what) {
  store_put_jobs_done::item done;
  auto put = kept->put_job(what.spec, what.submitted_us);
  if (!put) {
    done.why = std::move(put.error());
    return done;
  }
  done.job = put->id;
  done.existed = put->existed;
  kept->note_function(put->id, what.function_type);
  // Of a job that existed, the store has the inputs or waits for the rest.
  if (put->existed)
    return done;
  auto add = [&](const blob& inputs, const std::string& near) {
    auto added = kept->put_inputs(put->id, inputs, 0, near);
    if (added) {
      done.added.end = added->end;
      return true;
    }
    // All or nothing: a job that was refused must leave no trace.
    job_status refused;
    refused.id = put->id;
    refused.state = job_state::cancelled;
    static_cast<void>(kept->finish(refused, {}));
    kept->forget(put->id);
    done.job = 0;
    done.why = std::move(added.error());
    return false;
  };
  if (!what.inputs.empty() && !add(what.inputs, what.near))
    return done;
  for (const auto& part : what.more)
    if (!add(part.packed, part.near))
      return done;
  if (what.closed)
    static_cast<void>(kept->close(put->id)); // Only ended jobs refuse it.
  return done;
}

store_put_jobs_done store_state::put_jobs(const store_put_jobs& what) {
  store_put_jobs_done done;
  done.ticket = what.ticket;
  done.items.reserve(what.items.size());
  for (const auto& item : what.items)
    done.items.push_back(put_job(item));
  return done;
}

store_put_inputs_done store_state::put_inputs(const store_put_inputs& what) {
  store_put_inputs_done done;
  done.ticket = what.ticket;
  done.job = what.job;
  auto added = kept->put_inputs(what.job, what.inputs, what.seq, what.near);
  if (!added) {
    done.why = std::move(added.error());
    return done;
  }
  done.added = *added;
  if (what.last)
    if (auto closed = kept->close(what.job); !closed)
      done.why = std::move(closed.error());
  return done;
}

store_finish_done store_state::finish(const store_finish& what) {
  store_finish_done done;
  for (const auto& item : what.items) {
    auto won = kept->finish(item.status, item.result);
    if (!won)
      log->error(name, "could not end a job",
                 {{"job", std::to_string(item.status.id)},
                  {"what", to_string(won.error())}});
    done.items.push_back({item.status.id, won.value_or(false)});
  }
  return done;
}

store_result store_state::read_result(const store_read_result& what) const {
  store_result reply;
  reply.ticket = what.ticket;
  reply.job = what.job;
  const auto* record = kept->find(what.job);
  if (record && is_terminal(record->state)) {
    reply.found = true;
    reply.status = record->last;
    reply.result = record->result;
  }
  return reply;
}

void store_state::forget(const store_forget& what) {
  for (auto job : what.jobs)
    kept->forget(job);
}

store_dead store_state::list_dead(const store_list_dead& what) const {
  store_dead reply;
  reply.ticket = what.ticket;
  auto& page = reply.found.items;
  for (auto job : jobs_of(what.what.which))
    if (job >= what.what.after_job && page.size() < what.what.most)
      add_page(kept->dead_letters(job), what.what, page);
  return reply;
}

std::vector<job_id> store_state::jobs_of(const dead_selector& which) const {
  return which.job != 0 ? std::vector{which.job} : kept->jobs();
}

std::vector<task_index> store_state::dead_of(job_id job,
                                             const dead_selector& which) const {
  std::vector<task_index> result;
  for (const auto& letter : kept->dead_letters(job))
    if (which(letter))
      result.push_back(letter.index);
  return result;
}

store_dead_changed store_state::change_dead(const store_change_dead& what) {
  store_dead_changed done;
  done.ticket = what.ticket;
  for (auto job : jobs_of(what.which)) {
    auto meant = dead_of(job, what.which);
    if (meant.empty())
      continue;
    if (what.requeue) {
      auto taken = kept->requeue(job, meant);
      done.letters += taken.size();
      if (!taken.empty())
        done.resumed.push_back(resumed(job, taken));
    } else if (auto dropped = kept->purge(job, meant); dropped > 0) {
      done.letters += dropped;
      done.purged.push_back({job, kept->dead_letters(job).size()});
    }
  }
  return done;
}

store_dead_changed::resumed_job
store_state::resumed(job_id job,
                     const std::vector<task_index>& requeued) const {
  store_dead_changed::resumed_job result;
  const auto& record = *kept->find(job);
  result.spec = record.spec;
  result.last = record.last;
  for (auto index : requeued) {
    if (!result.ready.empty() && result.ready.back().end == index)
      ++result.ready.back().end;
    else
      result.ready.push_back({index, index + 1});
  }
  result.dead_left = kept->dead_letters(job).size();
  result.inputs = kept->inputs_of(job);
  result.last_seq = kept->last_seq(job);
  return result;
}

store_leases store_state::read_leases(const store_read_leases& what) const {
  store_leases reply;
  reply.ticket = what.ticket;
  reply.job = what.job;
  const auto* record = kept->find(what.job);
  if (record == nullptr)
    return reply;
  reply.found = true;
  reply.state = record->state;
  reply.tasks = record->tasks;
  reply.last = record->last;
  for (const auto& letter : kept->dead_letters(what.job))
    reply.dead.push_back(letter.index);
  reply.leases = kept->leases_of(what.job);
  reply.options = record->spec.options;
  reply.streamed_inputs = kept->has_streamed_inputs(what.job);
  if (!what.one)
    return reply;
  reply.past = kept->past_of(what.job, what.index);
  const auto& letters = kept->dead_letters(what.job);
  auto letter = first_from(letters, what.index);
  if (letter != letters.end() && letter->index == what.index)
    reply.letter = *letter;
  return reply;
}

store_inputs store_state::read_inputs(const store_read_inputs& what) const {
  store_inputs reply;
  reply.ticket = what.ticket;
  reply.job = what.job;
  const auto* record = kept->find(what.job);
  if (record == nullptr)
    return reply;
  reply.found = true;
  reply.spec = record->spec;
  reply.tasks = record->tasks;
  reply.inputs = kept->all_inputs_of(what.job);
  for (const auto& letter : kept->dead_letters(what.job))
    reply.dead.push_back(letter.index);
  return reply;
}

store_accepted store_state::accept(store_accept& what) {
  kept->accept(what.records);
  kept->note_setbacks(what.setbacks);
  kept->bury(what.dead); // Its history goes with it.
  for (const auto& [job, why] : what.fatals)
    kept->note_fatal(job, why);
  kept->note_leases(what.leases);
  store_accepted done;
  done.ticket = what.ticket;
  done.seqs.reserve(what.records.size());
  for (const auto& record : what.records)
    done.seqs.push_back(record.seq);
  return done;
}

store_log store_state::read_log(const store_read_log& what) const {
  store_log reply;
  reply.job = what.job;
  auto after = what.after;
  if (what.resume) {
    reply.resume_from = kept->checkpoint(what.job);
    after = reply.resume_from ? reply.resume_from->seq : 0;
  }
  reply.records = kept->log_after(what.job, after, what.bytes);
  return reply;
}

void store_state::note_functions(const store_note_functions& what) {
  for (const auto& item : what.items)
    kept->note_function(item.job, item.function_type);
}

void store_state::put_node(const store_put_node& what) {
  kept->put_node(what.name, what.up);
}

void store_state::put_checkpoint(const store_put_checkpoint& what) {
  kept->put_checkpoint(what.job, what.checkpoint);
}

void store_state::put_cordon(const store_put_cordon& what) {
  kept->put_cordon(what.node, what.cordoned);
}

store_cordons store_state::cordons(const store_read_cordons&) const {
  return {kept->cordoned()};
}

store_actor::behavior_type
store_process(store_actor::stateful_pointer<store_state> self,
              store_factory open, logger_ptr log) {
  harden(self, log);
  self->state.log = std::move(log);
  self->state.open(open);
  return observed<store_actor>(self,
                               {
                                 serve(self, &store_state::load),
                                 serve(self, &store_state::put_jobs),
                                 serve(self, &store_state::put_inputs),
                                 serve(self, &store_state::note_functions),
                                 serve(self, &store_state::finish),
                                 serve(self, &store_state::read_result),
                                 serve(self, &store_state::forget),
                                 serve(self, &store_state::list_dead),
                                 serve(self, &store_state::change_dead),
                                 serve(self, &store_state::read_leases),
                                 serve(self, &store_state::read_inputs),
                                 serve(self, &store_state::put_node),
                                 serve(self, &store_state::put_cordon),
                                 serve(self, &store_state::cordons),
                                 serve(self, &store_state::accept),
                                 serve(self, &store_state::read_log),
                                 serve(self, &store_state::put_checkpoint),
                               });
}

} // namespace troupe
