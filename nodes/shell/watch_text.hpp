#pragma once

#include "runtime/base/ids.hpp"
#include "runtime/model/job.hpp"
#include "runtime/model/task_listing.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `watch` shows of a job that runs.
namespace troupe::shell {

/// What one node does for the job.
struct watched_node {
  job_share share;
  double per_second = 0; ///< Results, over the last seconds.
};

/// An attempt that failed, or a task that was given up.
struct watched_failure {
  task_index index = 0;
  bool dead = false; ///< It was the last attempt.
  std::string node;  ///< May be empty.
  std::string text;
};

struct watch_view {
  job_status job;
  double per_second = 0; ///< Tasks that end.
  std::optional<std::chrono::seconds> left;
  std::vector<watched_node> nodes;       ///< In the order of their names.
  std::vector<watched_failure> failures; ///< New ones, the oldest first.
  uint64_t more_failures = 0;            ///< New ones that are not listed.
  bool lost = false;                     ///< The coordinator is out of reach.
};

/// Renders the lines that are drawn in place: the job, its bar, why it waits,
/// and a bar for each node. Each ends in a newline and has at most
/// `columns - 1` characters; what does not fit is left out.
std::string render_watch(const watch_view& what, size_t columns);

/// Renders the job on one line, without a newline, for output that is no
/// terminal.
std::string watch_line(const watch_view& what);

/// Renders a failure on one line, without a newline.
std::string failure_text(job_id job, const watched_failure& what);

/// Returns the keys of a job and besides `per_second`, `left_seconds`, `nodes`
/// and `failures`, as one JSON object on one line.
std::string watch_json(const watch_view& what);

} // namespace troupe::shell
