#pragma once

#include "nodes/shell/watch_text.hpp"
#include <troupe/client.hpp>

#include <cstddef>
#include <memory>

namespace troupe::shell {

/// Asks what the nodes do for a job, and listens to what fails, in threads of
/// its own: `watch` must not stop while a coordinator does not answer.
class watch_feed {
public:
  watch_feed(const client& coordinator, const job_status& job);

  /// Waits for the threads, which end at once unless a coordinator is silent;
  /// then it waits no longer than a moment.
  ~watch_feed();

  watch_feed(const watch_feed&) = delete;
  watch_feed& operator=(const watch_feed&) = delete;

  /// Fills in the nodes as they were lately, and the failures since the last
  /// call. When the job has ended, nothing is leased, and rates are those of
  /// the whole job.
  void take(watch_view& out);

  /// Failures that are kept until they are taken; others are only counted.
  static constexpr size_t failures_max = 20;

private:
  struct shared;

  std::shared_ptr<shared> shared_;
};

} // namespace troupe::shell
