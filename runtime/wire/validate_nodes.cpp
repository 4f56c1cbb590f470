#include "runtime/base/limits.hpp"
#include "runtime/wire/validate.hpp"

#include <fmt/format.h>

/// Checks of messages about nodes that people take out of work, and about why
/// tasks are where they are.
namespace troupe {

namespace {

result<void> check_text(const std::string& text, size_t bytes_max,
                        std::string_view field) {
  if (text.size() <= bytes_max)
    return {};
  return fail(errc::protocol_violation,
              fmt::format("{} has {} bytes, more than {}", field, text.size(),
                          bytes_max));
}

} // namespace

bool is_valid(cordon_kind kind) {
  return kind <= cordon_kind::drain;
}

bool is_valid(task_state state) {
  return static_cast<size_t>(state) < task_state_count;
}

result<void> check(const cordon_node& what) {
  if (!is_valid(what.what))
    return fail(errc::protocol_violation,
                "what shall be done with a node has an unknown kind");
  if (what.timeout_ms > limits::drain_timeout_max_ms)
    return fail(errc::protocol_violation,
                fmt::format("the time of a drain is {} ms, more than {}",
                            what.timeout_ms, limits::drain_timeout_max_ms));
  if (what.node.empty())
    return fail(errc::protocol_violation,
                "the name of a node to take out of work is empty");
  return check_text(what.node, limits::name_bytes_max,
                    "the name of a node to take out of work");
}

result<void> check(const explain_task& what) {
  if (what.index > limits::job_tasks_max)
    return fail(errc::protocol_violation,
                fmt::format("the task to explain has the index {}, more than "
                            "{}",
                            what.index, limits::job_tasks_max));
  return {};
}

result<void> check(const task_explanation& what) {
  if (!is_valid(what.state))
    return fail(errc::protocol_violation,
                "an explained task is in an unknown state");
  if (what.workers.size() > limits::explained_workers_max)
    return fail(errc::protocol_violation,
                fmt::format("an explanation lists {} workers, more than {}",
                            what.workers.size(),
                            limits::explained_workers_max));
  for (const auto& x : what.workers) {
    if (auto ok = check_text(x.node, limits::name_bytes_max,
                             "the name of a worker of an explanation");
        !ok)
      return ok;
    if (auto ok = check_text(x.why, limits::error_text_bytes_max,
                             "what an explanation says of a worker");
        !ok)
      return ok;
  }
  if (auto ok = check_text(what.node, limits::name_bytes_max,
                           "the name of the worker that has a task");
      !ok)
    return ok;
  return check_text(what.why, limits::error_text_bytes_max,
                    "the sentence of an explanation");
}

} // namespace troupe
