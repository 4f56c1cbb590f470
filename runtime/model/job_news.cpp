#include "runtime/model/job_news.hpp"

#include "runtime/base/limits.hpp"

namespace troupe {

namespace {

std::string_view verb_of(job_state state) {
  switch (state) {
    case job_state::open: return " is open";
    case job_state::running: return " is running";
    case job_state::succeeded: return " has succeeded";
    case job_state::failed: return " has failed";
    case job_state::cancelled: return " was cancelled";
  }
  return " is in an unknown state";
}

} // namespace

std::string state_news(const job_status& of) {
  auto text = "job " + std::to_string(of.id);
  text += verb_of(of.state);
  if (!of.reason.empty())
    text += ": " + of.reason;
  if (text.size() > limits::error_text_bytes_max)
    text.resize(limits::error_text_bytes_max);
  return text;
}

std::string progress_news(const job_status& of) {
  auto text = std::to_string(of.succeeded + of.dead) + " of "
              + std::to_string(of.tasks) + " tasks have ended";
  if (of.dead > 0)
    text += ", " + std::to_string(of.dead) + " are dead letters";
  return text;
}

} // namespace troupe
