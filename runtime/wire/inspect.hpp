#pragma once

#include "runtime/base/blob.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/model/body.hpp"
#include "runtime/model/child_rules.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/job_audit.hpp"
#include "runtime/model/records.hpp"
#include "runtime/model/slice.hpp"
#include "runtime/model/task_explanation.hpp"
#include "runtime/wire/frames.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/meta/type_name.hpp>

/// CAF serialization of the plain types of `base` and `model`, which know no
/// CAF themselves. New fields go at the end.
namespace troupe {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, blob& x) {
  if constexpr (Inspector::reads_state) {
    // The inspector only reads, its interface just does not say so.
    return f(const_cast<std::string&>(x.str()));
  } else {
    std::string bytes;
    auto load = [&]() -> caf::error {
      x = blob{std::move(bytes)};
      return caf::none;
    };
    return f(bytes, caf::meta::load_callback(load));
  }
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, error& x) {
  return f(caf::meta::type_name("t.error"), x.code, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, lease_id& x) {
  return f(caf::meta::type_name("t.lease_id"), x.term, x.counter);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, index_range& x) {
  return f(caf::meta::type_name("t.range"), x.begin, x.end);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, body& x) {
  return f(caf::meta::type_name("t.body"), x.bytes, x.transfer, x.size);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, failed_task& x) {
  return f(caf::meta::type_name("t.failed"), x.index, x.code, x.text,
           x.duration_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, attempt_record& x) {
  return f(caf::meta::type_name("t.attempt"), x.attempt, x.code, x.text, x.node,
           x.started_us, x.duration_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, dead_letter& x) {
  return f(caf::meta::type_name("t.dead"), x.job, x.index, x.attempts, x.code,
           x.text, x.node, x.history);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, dead_selector& x) {
  return f(caf::meta::type_name("t.dead_sel"), x.job, x.one, x.index, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, slice& x) {
  return f(caf::meta::type_name("t.slice"), x.lease, x.job, x.seq, x.range,
           x.failed, x.results, x.busy_ns, x.fatal, x.waited_us, x.took_us);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, range_input& x) {
  return f(caf::meta::type_name("t.range_input"), x.first, x.last, x.step);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, named_amount& x) {
  return f(caf::meta::type_name("t.amount"), x.name, x.amount);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, resource_set& x) {
  return f(caf::meta::type_name("t.resources"), x.cpus, x.memory_bytes,
           x.named);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_options& x) {
  return f(caf::meta::type_name("t.job_options"), x.retries, x.backoff_base_ms,
           x.backoff_cap_ms, x.max_dead, x.stream, x.max_crashes,
           x.task_timeout_ms, x.deadline_unix_ms, x.priority, x.weight,
           x.placement, x.needs, x.labels, x.prefers);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_spec& x) {
  return f(caf::meta::type_name("t.job_spec"), x.name, x.function, x.reducer,
           x.key, x.input_type, x.args_type, x.args, x.inputs, x.range,
           x.options);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_status& x) {
  return f(caf::meta::type_name("t.job_status"), x.id, x.name, x.function,
           x.reducer, x.state, x.tasks, x.succeeded, x.dead, x.cancelled,
           x.running, x.attempts, x.seconds_us, x.reason, x.result_type,
           x.result_bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, worker_verdict& x) {
  return f(caf::meta::type_name("t.verdict"), x.node, x.never, x.why);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, task_explanation& x) {
  return f(caf::meta::type_name("t.explained"), x.job, x.index, x.state,
           x.attempt, x.why, x.node, x.lease, x.running, x.retry_in_us,
           x.tasks_before, x.jobs_before, x.impossible, x.workers,
           x.workers_unlisted);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, job_audit& x) {
  return f(caf::meta::type_name("t.audit"), x.job, x.ok, x.ended, x.incomplete,
           x.tasks, x.accepted, x.failed, x.leases, x.found, x.violations);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, frame_request& x) {
  return f(caf::meta::type_name("t.frame_req"), x.transfer, x.offset, x.bytes);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, frame& x) {
  return f(caf::meta::type_name("t.frame"), x.transfer, x.offset, x.bytes);
}

} // namespace troupe
