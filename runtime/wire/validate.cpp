#include "runtime/wire/validate.hpp"

#include "runtime/base/limits.hpp"
#include "runtime/wire/validate_parts.hpp"

namespace troupe {

using namespace validation;

namespace {

/// A packed chunk is small unless it consists of one large input.
constexpr size_t chunk_body_bytes_max =
  limits::input_bytes_max + limits::packed_overhead_bytes_max;

/// A worker's slice may carry the merged partial of a whole job.
constexpr size_t slice_body_bytes_max =
  limits::job_result_bytes_max + limits::packed_overhead_bytes_max;

result<void> check_inputs(input_kind kind, const range_input& range,
                          std::string_view field) {
  if (!is_valid(kind))
    return violation("{} has the unknown kind {} of inputs", field,
                     static_cast<unsigned>(kind));
  if (kind == input_kind::pairs && range.step == 0)
    return violation("{} has inputs with step 0", field);
  return {};
}

/// Inputs may say where they are best run.
result<void> check_near(const std::string& near) {
  return check_size(near.size(), limits::name_bytes_max, "the label of inputs");
}

result<void> check_state(job_state state, std::string_view field) {
  if (!is_valid(state))
    return violation("{} has the unknown job state {}", field,
                     static_cast<unsigned>(state));
  return {};
}

/// Checks indices that must ascend inside of `range`; `index_of` gets the
/// index of an entry.
template <class List, class F>
result<void> check_indices(const List& items, const index_range& range,
                           std::string_view field, F index_of) {
  auto next = range.begin;
  for (const auto& item : items) {
    auto index = index_of(item);
    if (index < next || index >= range.end)
      return violation("{} lists task {}, which is out of order or outside "
                       "of its range {}",
                       field, index, to_string(range));
    next = index + 1;
  }
  return {};
}

} // namespace

// -- enumerations -------------------------------------------------------------

bool is_valid(errc code) {
  return static_cast<uint8_t>(code) < errc_count;
}

bool is_valid(job_state state) {
  return static_cast<uint8_t>(state) < job_state_count;
}

bool is_valid(task_state state) {
  return static_cast<uint8_t>(state) < task_state_count;
}

bool is_valid(input_kind kind) {
  return kind <= input_kind::pairs;
}

bool is_valid(event_kind kind) {
  return static_cast<uint8_t>(kind) < event_kind_count;
}

// -- parts of several messages ------------------------------------------------

result<void> check_body(const body& what, size_t bytes_max,
                        std::string_view field, errc too_large) {
  if (what.is_inline()) {
    if (what.bytes.size() > limits::inline_body_bytes_max)
      return violation("{} has {} bytes inline, more than {}", field,
                       what.bytes.size(), limits::inline_body_bytes_max);
    // A size that is not given is harmless, a wrong one would spoil credit.
    if (what.size != 0 && what.size != what.bytes.size())
      return violation("{} has {} bytes inline and says {}", field,
                       what.bytes.size(), what.size);
    return {};
  }
  if (!what.bytes.empty() || what.size == 0)
    return violation("{} announces a transfer of {} bytes beside {} inline",
                     field, what.size, what.bytes.size());
  if (what.size > bytes_max)
    return fail(too_large,
                fmt::format("{} has {} bytes, more than the limit of {}: split "
                            "it into smaller pieces",
                            field, what.size, bytes_max));
  return {};
}

result<void> check(const error& what) {
  if (!is_valid(what.code))
    return violation("an error has the unknown code {}",
                     static_cast<unsigned>(what.code));
  return check_size(what.text.size(), limits::error_text_bytes_max,
                    "the text of an error");
}

result<void> check(const job_status& what) {
  constexpr auto name_max = limits::name_bytes_max;
  return all_of(
    [&] { return check_state(what.state, "a job status"); },
    [&] { return check_size(what.name.size(), name_max, "a job's name"); },
    [&] {
      return check_size(what.function.size(), name_max, "a job's function");
    },
    [&] {
      return check_size(what.reducer.size(), name_max, "a job's reducer");
    },
    [&] {
      return check_size(what.reason.size(), limits::error_text_bytes_max,
                        "a job's reason");
    },
    [&] {
      return check_size(what.result_type.size(), limits::type_bytes_max,
                        "a job's result type");
    });
}

// -- work ---------------------------------------------------------------------

result<void> check(const job_header& what) {
  return all_of(
    [&] { return check_job_id(what.job, "a job header"); },
    [&] { return check_name(what.function, "the function of a job header"); },
    [&] { return check_name(what.reducer, "the reducer of a job header"); },
    [&] {
      return check_size(what.input_type.size(), limits::type_bytes_max,
                        "the input type of a job header");
    },
    [&] {
      return check_size(what.args_type.size(), limits::type_bytes_max,
                        "the arguments type of a job header");
    },
    [&] {
      return check_body(what.args, limits::args_bytes_max,
                        "the arguments of a job", errc::bad_args);
    },
    [&] { return check_inputs(what.inputs, what.range, "a job header"); },
    [&] { return check_resources(what.needs, "the needs of a job header"); });
}

result<void> check(const grant& what) {
  if (what.attempt == 0)
    return violation("the grant of lease {} has attempt 0",
                     to_string(what.lease));
  return all_of([&] { return check_lease_id(what.lease, "a grant"); },
                [&] { return check_job_id(what.job, "a grant"); },
                [&] { return check_range(what.range, "a grant"); },
                [&] {
                  return check_body(what.inputs, chunk_body_bytes_max,
                                    "the inputs of a grant",
                                    errc::input_too_large);
                });
}

result<void> check(const grants& what) {
  if (auto ok = check_each(what.jobs); !ok)
    return ok;
  return check_each(what.items);
}

result<void> check(const failed_task& what) {
  if (what.code == errc::ok || !is_valid(what.code))
    return violation("failed task {} of a slice has the code {}", what.index,
                     static_cast<unsigned>(what.code));
  return check_size(what.text.size(), limits::error_text_bytes_max,
                    "the error text of a failed task");
}

result<void> check(const slice& what) {
  auto index_of = [](const failed_task& x) { return x.index; };
  return all_of(
    [&] { return check_lease_id(what.lease, "a slice"); },
    [&] { return check_job_id(what.job, "a slice"); },
    [&] { return check_range(what.range, "a slice"); },
    [&] { return check_indices(what.failed, what.range, "a slice", index_of); },
    [&] { return check_each(what.failed); },
    [&] {
      return check_body(what.results, slice_body_bytes_max,
                        "the results of a slice", errc::result_too_large);
    },
    [&] { return check(what.fatal); });
}

result<void> check(const lease_end& what) {
  if (what.end > limits::job_tasks_max)
    return violation("the end of lease {} is {}, after {}",
                     to_string(what.lease), what.end, limits::job_tasks_max);
  return check_lease_id(what.lease, "a lease end");
}

result<void> check(const window_update& what) {
  if (auto ok = check_credit(what.tasks, "a worker's credit in tasks"); !ok)
    return ok;
  return check_credit(what.bytes, "a worker's credit in bytes");
}

result<void> check(const frame_request& what) {
  if (what.transfer == 0 || what.bytes > limits::frame_bytes_max)
    return violation("a frame request asks for {} bytes of transfer {}, at "
                     "most {} are allowed",
                     what.bytes, what.transfer, limits::frame_bytes_max);
  return {};
}

result<void> check(const frame& what) {
  if (what.transfer == 0 || what.bytes.size() > limits::frame_bytes_max)
    return violation("a frame of transfer {} has {} bytes, at most {} are "
                     "allowed",
                     what.transfer, what.bytes.size(), limits::frame_bytes_max);
  return {};
}

// -- clients ------------------------------------------------------------------

result<void> check(const job_spec& what) {
  return validate(what);
}

result<void> check(const submit_item& what) {
  if (auto ok = check(what.spec); !ok)
    return ok;
  if (auto ok = check_near(what.near); !ok)
    return ok;
  return check_body(what.inputs, chunk_body_bytes_max, "the inputs of a job",
                    errc::input_too_large);
}

result<void> check(const append_inputs& what) {
  if (what.seq == 0)
    return violation("inputs for job {} are numbered 0, the first is 1",
                     what.job);
  if (auto ok = check_near(what.near); !ok)
    return ok;
  return check_body(what.inputs, chunk_body_bytes_max, "the inputs of a job",
                    errc::input_too_large);
}

result<void> check(const list_jobs& what) {
  if (what.most < 1 || what.most > limits::jobs_per_page)
    return violation("a job list of {} jobs is asked for, it must be 1 to {}",
                     what.most, limits::jobs_per_page);
  return {};
}

result<void> check(const dead_selector& what) {
  if (what.one && what.job == 0)
    return violation("one dead letter is asked for, but of no job");
  return check_size(what.text.size(), limits::error_text_bytes_max,
                    "the error text of dead letters");
}

result<void> check(const list_dead& what) {
  if (what.most < 1 || what.most > limits::dead_per_page)
    return violation("a list of {} dead letters is asked for, it must be 1 to "
                     "{}",
                     what.most, limits::dead_per_page);
  return check(what.which);
}

result<void> check(const attempt_record& what) {
  if (what.code == errc::ok || !is_valid(what.code))
    return violation("an attempt in a history has the code {}",
                     static_cast<unsigned>(what.code));
  return all_of(
    [&] {
      return check_size(what.text.size(), limits::error_text_bytes_max,
                        "the error text of an attempt");
    },
    [&] {
      return check_size(what.node.size(), limits::name_bytes_max,
                        "the node of an attempt");
    });
}

result<void> check(const dead_letter& what) {
  if (what.code == errc::ok || !is_valid(what.code))
    return violation("dead letter {}/{} has the code {}", what.job, what.index,
                     static_cast<unsigned>(what.code));
  return all_of(
    [&] { return check_job_id(what.job, "a dead letter"); },
    [&] {
      return check_size(what.text.size(), limits::error_text_bytes_max,
                        "the error text of a dead letter");
    },
    [&] {
      return check_size(what.node.size(), limits::name_bytes_max,
                        "the node of a dead letter");
    },
    [&] {
      return check_size(what.history.size(), limits::history_attempts_max,
                        "the history of a dead letter");
    },
    [&] { return check_each(what.history); });
}

result<void> check(const dead_letters& what) {
  if (auto ok = check_size(what.items.size(), limits::dead_per_page,
                           "a list of dead letters");
      !ok)
    return ok;
  return check_each(what.items);
}

result<void> check(const requeue_dead& what) {
  return check(what.which);
}

result<void> check(const purge_dead& what) {
  return check(what.which);
}

result<void> check(const job_audit& what) {
  for (const auto& x : what.violations)
    if (auto ok = check_size(x.size(), limits::error_text_bytes_max,
                             "a violation in the audit of a job");
        !ok)
      return ok;
  return check_size(what.violations.size(), limits::violations_listed_max,
                    "the violations in the audit of a job");
}

result<void> check(const explain_task& what) {
  if (what.index >= limits::job_tasks_max)
    return violation("task {} of job {} is asked for, the limit is {}",
                     what.index, what.job, limits::job_tasks_max);
  return {};
}

result<void> check(const worker_verdict& what) {
  if (auto ok = check_size(what.node.size(), limits::name_bytes_max,
                           "a worker in the explanation of a task");
      !ok)
    return ok;
  return check_size(what.why.size(), limits::error_text_bytes_max,
                    "what a worker is said of in the explanation of a task");
}

result<void> check(const task_explanation& what) {
  if (!is_valid(what.state))
    return violation("the explanation of task {} has the unknown state {}",
                     what.index, static_cast<unsigned>(what.state));
  return all_of(
    [&] { return check_job_id(what.job, "the explanation of a task"); },
    [&] {
      return check_size(what.why.size(), limits::error_text_bytes_max,
                        "the explanation of a task");
    },
    [&] {
      return check_size(what.node.size(), limits::name_bytes_max,
                        "the node in the explanation of a task");
    },
    [&] {
      return check_size(what.workers.size(), limits::explained_workers_max,
                        "the workers in the explanation of a task");
    },
    [&] { return check_each(what.workers); });
}

result<void> check(const watch_job& what) {
  return check_credit(what.result_credit, "the result credit of a client");
}

result<void> check(const submit_reply& what) {
  if ((what.job == 0) == (what.why.code == errc::ok))
    return violation("a submit was answered with job {} and error code {}",
                     what.job, static_cast<unsigned>(what.why.code));
  return check(what.why);
}

result<void> check(const inputs_stored& what) {
  return check(what.why);
}

result<void> check(const job_update& what) {
  if (what.result.size() > limits::inline_body_bytes_max)
    return violation("an update of job {} has {} bytes of result, more than {}",
                     what.status.id, what.result.size(),
                     limits::inline_body_bytes_max);
  return check(what.status);
}

result<void> check(const result_slice& what) {
  auto index_of = [](task_index x) { return x; };
  return all_of(
    [&] { return check_job_id(what.job, "a result slice"); },
    [&] { return check_range(what.range, "a result slice"); },
    [&] {
      return check_indices(what.failed, what.range, "a result slice", index_of);
    },
    [&] {
      return check_body(what.results, limits::packed_results_bytes_max,
                        "the results of a result slice",
                        errc::result_too_large);
    });
}

result<void> check(const result_credit& what) {
  return check_credit(what.bytes, "the result credit of a client");
}

result<void> check(const job_result& what) {
  if (auto ok = check(what.status); !ok)
    return ok;
  return check_body(what.result, limits::job_result_bytes_max,
                    "the result of a job", errc::job_result_too_large);
}

// -- events -------------------------------------------------------------------

result<void> check(const event& what) {
  if (!is_valid(what.kind))
    return violation("an event has the unknown kind {}",
                     static_cast<unsigned>(what.kind));
  if (auto ok = check_size(what.node.size(), limits::name_bytes_max,
                           "the node of an event");
      !ok)
    return ok;
  if (auto ok = check_size(what.text.size(), limits::error_text_bytes_max,
                           "the text of an event");
      !ok)
    return ok;
  return check(what.status);
}

} // namespace troupe
