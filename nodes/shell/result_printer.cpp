#include "nodes/shell/result_printer.hpp"

#include "nodes/shell/job_text.hpp"
#include "runtime/base/units.hpp"
#include "runtime/function/json.hpp"

#include <fmt/format.h>

#include <utility>

namespace troupe::shell {

result_printer::result_printer(session& self, const client& coordinator,
                               job_id job, std::string type)
  : self_(self), coordinator_(coordinator), job_(job), type_(std::move(type)) {
  // nop
}

void result_printer::begin() {
  if (std::exchange(begun_, true))
    return;
  if (self_.json())
    array_.emplace(self_.out());
}

void result_printer::take(task_index index, std::string_view bytes) {
  begin();
  if (problem_ || !find_type())
    return;
  auto json = bytes_to_json(type_, bytes);
  if (!json) {
    problem_ = failure{exit_code::failed,
                       fmt::format("result {} of job {} cannot be shown: {}",
                                   index, job_, to_string(json.error()))};
    return self_.interrupts().request();
  }
  if (array_)
    array_->write(
      fmt::format(R"({{"index": {}, "result": {}}})", index, *json));
  else
    self_.out().write(*json + "\n");
  // A reader that went away gets no more; who comes next gets the rest.
  if (auto ok = self_.out().flush(); !ok || self_.out().is_broken()) {
    problem_ = failure{
      exit_code::failed,
      fmt::format("{}; job {} goes on: troupe result {} prints the rest",
                  ok ? "nobody reads stdout any more" : to_string(ok.error()),
                  job_, job_)};
    return self_.interrupts().request();
  }
  ++printed_;
}

/// Whatever has a result has a type: some node offered the function.
bool result_printer::find_type() {
  if (!type_.empty())
    return true;
  auto status = coordinator_.describe(job_);
  if (status)
    type_ = status->result_type;
  if (!type_.empty())
    return true;
  if (status)
    problem_ = failure{exit_code::failed,
                       fmt::format("the type of the results of job {} is not "
                                   "known",
                                   job_)};
  else
    problem_ = refuse(status.error()).value();
  self_.interrupts().request();
  return false;
}

outcome<exit_code> result_printer::end(outcome<job_status> ended) {
  if (array_)
    array_->close();
  if (problem_)
    return tl::unexpected{std::move(*problem_)};
  if (!ended)
    return tl::unexpected{std::move(ended.error())};
  if (ended->state != job_state::succeeded)
    return refuse(failure_line(*ended));
  self_.say(fmt::format(
    "{}; {} printed", summary_line(*ended),
    printed_ == 1 ? "1 result is" : format_count(printed_) + " results are"));
  return exit_code::done;
}

} // namespace troupe::shell
