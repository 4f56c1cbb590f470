#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"
#include "runtime/wire/validate_parts.hpp"

#include <cmath>

/// Checks of what people ask a cluster, and of what it answers.
namespace troupe {

using namespace validation;

bool is_valid(trace_kind kind) {
  return static_cast<uint8_t>(kind) < trace_kind_count;
}

result<void> check(const list_tasks& what) {
  if (what.most == 0 || what.most > limits::task_groups_max)
    return violation("a list of tasks is asked for with {} groups at once, 1 "
                     "to {} are possible",
                     what.most, limits::task_groups_max);
  if (what.states >> task_state_count)
    return violation("a list of tasks is asked for in the unknown states {:#x}",
                     what.states);
  return {};
}

result<void> check(const task_group& what) {
  if (!is_valid(what.state))
    return violation("a group of tasks has the unknown state {}",
                     static_cast<unsigned>(what.state));
  if (auto ok = check_range(what.range, "a group of tasks"); !ok)
    return ok;
  return check_size(what.node.size(), limits::name_bytes_max,
                    "the node of a group of tasks");
}

result<void> check(const task_listing& what) {
  if (auto ok = check_size(what.items.size(), limits::task_groups_max,
                           "a list of tasks");
      !ok)
    return ok;
  return check_each(what.items);
}

result<void> check(const list_shares&) {
  return {};
}

result<void> check(const job_share& what) {
  return check_size(what.node.size(), limits::name_bytes_max,
                    "a node that works for a job");
}

result<void> check(const job_shares& what) {
  if (auto ok = check_size(what.items.size(), limits::job_shares_max,
                           "the nodes that work for a job");
      !ok)
    return ok;
  return check_each(what.items);
}

result<void> check(const trace_task&) {
  return {};
}

result<void> check(const trace_step& what) {
  if (!is_valid(what.kind))
    return violation("a step of a trace has the unknown kind {}",
                     static_cast<unsigned>(what.kind));
  if (auto ok = check_size(what.node.size(), limits::name_bytes_max,
                           "the node in a step of a trace");
      !ok)
    return ok;
  return check_size(what.text.size(), limits::error_text_bytes_max,
                    "the text in a step of a trace");
}

result<void> check(const task_trace& what) {
  if (auto ok =
        check_size(what.steps.size(), limits::trace_steps_max, "a trace");
      !ok)
    return ok;
  return check_each(what.steps);
}

result<void> check(const rerun_job&) {
  return {};
}

result<void> check(const recent_failure& what) {
  if (!is_valid(what.code))
    return violation("a failure has the unknown code {}",
                     static_cast<unsigned>(what.code));
  if (auto ok = check_size(what.node.size(), limits::name_bytes_max,
                           "the node of a failure");
      !ok)
    return ok;
  return check_size(what.text.size(), limits::error_text_bytes_max,
                    "the text of a failure");
}

result<void> check(const cluster_load& what) {
  if (!std::isfinite(what.accepted_per_s) || !std::isfinite(what.failed_per_s))
    return violation("the load of a cluster has a rate that is {}",
                     "no number");
  if (auto ok = check_size(what.failures.size(), limits::recent_failures_max,
                           "the failures in the load of a cluster");
      !ok)
    return ok;
  return check_each(what.failures);
}

result<void> check(const ask_node& what) {
  return all_of(
    [&] { return check_name(what.node, "the name of a node that is asked"); },
    [&] { return check_name(what.topic, "the topic of a question"); },
    [&] {
      return check_size(what.path.size(), limits::actor_path_bytes_max,
                        "the path in a question");
    },
    [&] {
      return check_size(what.text.size(), limits::node_question_bytes_max,
                        "a question to a node");
    });
}

result<void> check(const node_answer& what) {
  if (auto ok = check_size(what.documents.size(), limits::node_answers_max,
                           "the answer of a node");
      !ok)
    return ok;
  for (const auto& x : what.documents)
    if (auto ok = check_size(x.size(), limits::node_answer_bytes_max,
                             "a document in the answer of a node");
        !ok)
      return ok;
  return {};
}

} // namespace troupe
