#include "actors/store.hpp"

#include "actors/harden.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe {

namespace {

/// Answers whoever sent the current message; nobody is fine.
template <class Message>
void reply(store_actor::stateful_pointer<store_state> self, Message&& what) {
  // "Unsafe": a typed actor may not `send` to a handle of unknown type.
  caf::unsafe_send_as(self, caf::actor_cast<caf::actor>(self->current_sender()),
                      std::forward<Message>(what));
}

} // namespace

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
  if (!what.inputs.empty()) {
    auto added = kept->put_inputs(put->id, what.inputs, 0, what.near);
    if (!added) {
      // All or nothing: a job that was refused must leave no trace.
      job_status refused;
      refused.id = put->id;
      refused.state = job_state::cancelled;
      static_cast<void>(kept->finish(refused, {}));
      kept->forget(put->id);
      done.job = 0;
      done.why = std::move(added.error());
      return done;
    }
    done.added = *added;
  }
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

store_finish_done store_state::finish(const store_finish& what, logger& log) {
  store_finish_done done;
  for (const auto& item : what.items) {
    auto won = kept->finish(item.status, item.result);
    if (!won)
      log.error(name, "could not end a job",
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
  const auto& [which, after_job, after_index, most] = what.what;
  store_dead reply;
  reply.ticket = what.ticket;
  auto& found = reply.found.items;
  for (auto job : kept->jobs()) {
    if (job < after_job || (which.job != 0 && job != which.job))
      continue;
    auto letters = kept->dead_letters(job);
    std::sort(letters.begin(), letters.end(),
              [](auto& x, auto& y) { return x.index < y.index; });
    for (auto& letter : letters) {
      if (!which(letter) || (job == after_job && letter.index <= after_index))
        continue;
      if (found.size() >= most)
        return reply;
      if (!which.one)
        letter.history.clear();
      found.push_back(std::move(letter));
    }
  }
  return reply;
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
  for (auto job : kept->jobs()) {
    if (what.which.job != 0 && job != what.which.job)
      continue;
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

store_actor::behavior_type
store_process(store_actor::stateful_pointer<store_state> self,
              store_factory open, logger_ptr log) {
  harden(self, log);
  self->state.kept = open();
  return {
    [self](const store_load& x) { reply(self, self->state.load(x)); },
    [self](const store_put_jobs& x) { reply(self, self->state.put_jobs(x)); },
    [self](const store_put_inputs& x) {
      reply(self, self->state.put_inputs(x));
    },
    [self](const store_note_functions& x) {
      for (const auto& item : x.items)
        self->state.kept->note_function(item.job, item.function_type);
    },
    [self, log](const store_finish& x) {
      reply(self, self->state.finish(x, *log));
    },
    [self](const store_read_result& x) {
      reply(self, self->state.read_result(x));
    },
    [self](const store_forget& x) { self->state.forget(x); },
    [self](const store_list_dead& x) { reply(self, self->state.list_dead(x)); },
    [self](const store_change_dead& x) {
      reply(self, self->state.change_dead(x));
    },
    [self](const store_read_leases& x) {
      reply(self, self->state.read_leases(x));
    },
    [self](const store_put_node& x) {
      self->state.kept->put_node(x.name, x.up);
    },
    [](const store_put_cordon&) {},
    [](const store_read_cordons&) {},
    // Not const: the sole owner of a message may change it in place.
    [self](store_accept& x) { reply(self, self->state.accept(x)); },
    [self](const store_read_log& x) { reply(self, self->state.read_log(x)); },
    [self](const store_put_checkpoint& x) {
      self->state.kept->put_checkpoint(x.job, x.checkpoint);
    },
  };
}

} // namespace troupe
