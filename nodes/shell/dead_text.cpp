#include "nodes/shell/dead_text.hpp"

#include "nodes/shell/value_text.hpp"
#include "runtime/base/escape.hpp"
#include "runtime/base/units.hpp"

#include <fmt/format.h>

namespace troupe::shell {

namespace {

std::string attempt_json(const attempt_record& x) {
  return fmt::format(R"({{"attempt": {}, "node": {}, "started": {}, )"
                     R"("seconds": {}, "code": "{}", "error": {}}})",
                     x.attempt, quoted(x.node), seconds(x.started_us),
                     seconds(x.duration_us), to_string(x.code), quoted(x.text));
}

} // namespace

outcome<dead_selector> parse_dead(std::string_view text) {
  auto slash = text.find('/');
  auto job = parse_count(text.substr(0, slash), 1);
  dead_selector result;
  if (job && slash != std::string_view::npos) {
    if (auto index = parse_count(text.substr(slash + 1))) {
      result.job = *job;
      result.one = true;
      result.index = *index;
      return result;
    }
  } else if (job) {
    result.job = *job;
    return result;
  }
  return refuse_usage(fmt::format("{} is no job and no task; write JOB or "
                                  "JOB/INDEX, as in 7 or 7/4321",
                                  quote_text(text)));
}

std::string dead_json(const dead_letter& letter) {
  auto out =
    fmt::format(R"({{"job": {}, "index": {}, "attempts": {}, )"
                R"("node": {}, "code": "{}", "error": {})",
                letter.job, letter.index, letter.attempts, quoted(letter.node),
                to_string(letter.code), quoted(letter.text));
  if (!letter.history.empty()) {
    out += R"(, "history": [)";
    for (const auto& x : letter.history)
      out += (&x == &letter.history.front() ? "" : ", ") + attempt_json(x);
    out += "]";
  }
  return out + "}";
}

table dead_table(const std::vector<dead_letter>& letters) {
  table out;
  out.columns = {{"TASK", false, true},
                 {"ATTEMPTS", true},
                 {"NODE", false, true, 2},
                 {"CODE", false, false, 3},
                 {"ERROR", false, true, 1}};
  for (const auto& x : letters)
    out.rows.push_back({{fmt::format("{}/{}", x.job, x.index)},
                        {format_count(x.attempts)},
                        {x.node},
                        {std::string{to_string(x.code)}},
                        {escape_text(x.text)}});
  return out;
}

std::string describe(const dead_letter& letter) {
  auto out =
    fmt::format("task {}/{} is dead after {}: {}\n", letter.job, letter.index,
                counted(letter.attempts, "attempt"), escape_text(letter.text));
  for (const auto& x : letter.history)
    out += fmt::format("  attempt {} on {}, {} after the submit, for {}: {}\n",
                       x.attempt, escape_text(x.node), span(x.started_us),
                       span(x.duration_us), escape_text(x.text));
  return out;
}

} // namespace troupe::shell
