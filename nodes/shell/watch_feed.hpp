#pragma once

#include "nodes/shell/progress_bar.hpp"
#include "nodes/shell/watch_text.hpp"
#include <troupe/client.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace troupe::shell {

/// Asks what the nodes do for a job, and listens to what fails, in threads of
/// its own: `watch` must not stop while a coordinator does not answer.
class watch_feed {
public:
  watch_feed(const client& coordinator, job_id job);
  ~watch_feed();

  watch_feed(const watch_feed&) = delete;
  watch_feed& operator=(const watch_feed&) = delete;

  /// Fills in the nodes as they were lately, and the failures since the last
  /// call.
  void take(watch_view& out);

  /// Asks for the nodes once more, in this thread, when the job has ended.
  void refresh();

  /// Failures that are kept until they are taken; others are only counted.
  static constexpr size_t failures_max = 20;

private:
  void ask();
  void listen();
  void take_shares(const std::vector<job_share>& shares);
  bool take_event(const event& what);

  client coordinator_;
  job_id job_ = 0;
  std::mutex mutex_;
  std::condition_variable stopped_;
  std::atomic<bool> stop_ = false;
  std::vector<watched_node> nodes_;
  struct node_rate {
    rate_meter meter;
    uint64_t succeeded = 0;
  };
  std::map<std::string, node_rate> rates_;
  std::vector<watched_failure> failures_;
  uint64_t more_failures_ = 0;
  std::thread asking_;
  std::thread listening_;
};

} // namespace troupe::shell
