#pragma once

#include "nodes/shell/json_stream.hpp"
#include "nodes/shell/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::shell {

/// Prints the results of a streamed job as they come: the JSON of each on a
/// line, or with `--json` one array of `{"index": 3, "result": ...}`. Each is
/// written before the next is taken, so that nothing that the coordinator
/// counts as read is still in a buffer.
class result_printer {
public:
  /// @param type Descriptor of a result; empty: asked for when there is one.
  result_printer(session& self, const client& coordinator, job_id job,
                 std::string type);

  /// Says that the job is a streamed one; the first result does so, too.
  void begin();

  /// Prints a result. When that cannot be done, the command is interrupted and
  /// `end` says why.
  void take(task_index index, std::string_view bytes);

  /// Whether the job is known to be a streamed one.
  bool has_begun() const {
    return begun_;
  }

  /// Ends the output. @param ended How the wait for the job's end ended.
  outcome<exit_code> end(outcome<job_status> ended);

private:
  bool find_type();

  session& self_;
  const client& coordinator_;
  job_id job_ = 0;
  std::string type_;
  bool begun_ = false;
  uint64_t printed_ = 0;
  std::optional<json_stream> array_;
  std::optional<failure> problem_;
};

} // namespace troupe::shell
