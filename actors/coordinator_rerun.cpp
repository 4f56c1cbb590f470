#include "actors/coordinator.hpp"
#include "runtime/base/limits.hpp"
#include "runtime/wire/caf_error.hpp"
#include "runtime/wire/rerun.hpp"

#include <utility>

/// The COORDINATOR's part that runs ended jobs again: as new jobs, with what
/// the store still has of them.
namespace troupe {

namespace {

/// What may be copied before the store has said that there is room for it, as a
/// part of what it may hold.
constexpr size_t copied_part = 4;

} // namespace

caf::result<submit_reply> coordinator_state::rerun(const rerun_job& what) {
  auto i = jobs.find(what.job);
  if (i == jobs.end())
    return no_such_job(what.job);
  if (!is_terminal(i->second.status.state))
    return to_caf({errc::job_not_ended,
                   "job " + std::to_string(what.job)
                     + " has not ended yet: wait for it or cancel it, then it "
                       "can be run again"});
  // Before the promise: that takes the sender out of the current message.
  auto client = sender();
  auto promise = self->make_response_promise<submit_reply>();
  auto ticket = ++last_ticket;
  reruns.emplace(ticket, asked_rerun{what, client, promise});
  self->send(options.store, store_read_inputs{ticket, what.job});
  return promise;
}

void coordinator_state::read_inputs(const store_inputs& what) {
  auto node = reruns.extract(what.ticket);
  if (node.empty())
    return;
  auto& asked = node.mapped();
  if (!what.found) {
    asked.promise.deliver(no_such_job(what.job));
    return;
  }
  auto known = functions.find(what.spec.function);
  auto plan = plan_rerun(what, asked.what.only_dead,
                         known == functions.end() ? std::string{}
                                                  : known->second.input_type,
                         options.memory_bytes_max / copied_part);
  if (!plan) {
    asked.promise.deliver(to_caf(plan.error()));
    return;
  }
  asked.item.spec = std::move(plan->spec);
  asked.item.closed = true;
  if (auto ok = admit_submission(asked.item); !ok) {
    asked.promise.deliver(to_caf(ok.error()));
    return;
  }
  asked.parts = std::move(plan->inputs);
  put(std::move(asked));
}

void coordinator_state::put(asked_rerun&& what) {
  store_put_jobs message;
  message.ticket = ++last_ticket;
  auto known = functions.find(what.item.spec.function);
  store_put_jobs::item item;
  item.spec = what.item.spec;
  item.closed = true;
  item.submitted_us = static_cast<uint64_t>(options.wall->now_us());
  if (known != functions.end())
    item.function_type = known->second.result_type;
  item.more = what.parts;
  message.items.push_back(std::move(item));
  reruns.emplace(message.ticket, std::move(what));
  self->send(options.store, std::move(message));
}

bool coordinator_state::stored_rerun(const store_put_jobs_done& what) {
  auto node = reruns.extract(what.ticket);
  if (node.empty())
    return false;
  auto& asked = node.mapped();
  if (what.items.empty()) {
    asked.promise.deliver(
      to_caf({errc::internal, "the store did not say what became of the new "
                              "job: please report this"}));
    return true;
  }
  auto stored = what.items.front();
  if (stored.why.code == errc::store_full) {
    size_t bytes = asked.item.spec.args.size();
    for (const auto& part : asked.parts)
      bytes += part.packed.size();
    if (make_room(bytes)) {
      put(std::move(asked));
      return true;
    }
  }
  if (stored.why.code != errc::ok) {
    asked.promise.deliver(to_caf(stored.why));
    return true;
  }
  schedule message;
  auto id = create(asked.item, asked.client, stored, message);
  if (!asked.parts.empty())
    message.inputs.clear();
  for (const auto& part : asked.parts)
    message.inputs.push_back({id, part.range, part.packed,
                              part.range.end == stored.added.end, part.near});
  send_schedule(std::move(message));
  asked.promise.deliver(submit_reply{id, {}, false});
  return true;
}

} // namespace troupe
