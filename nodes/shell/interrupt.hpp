#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace troupe::shell {

/// Takes Ctrl-C in a thread of its own, since no other code can be
/// interrupted at a place of our choice. While detaching is allowed, the first
/// one sets a flag that waiting code polls; otherwise, and for every further
/// one, the process ends at once with exit code 130, the terminal as it was.
class interrupt_watch {
public:
  /// Blocks SIGINT in the calling thread and all that it starts later. Call it
  /// before any other thread exists.
  static void block();

  interrupt_watch();
  ~interrupt_watch();

  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;

  /// Says whether somebody polls the flag from now on.
  void allow_detach(bool allowed) {
    allowed_ = allowed;
  }

  /// Ends a wait as a Ctrl-C would, when the command finds that it cannot go
  /// on.
  void request() {
    flag_ = true;
  }

  /// Is true after a Ctrl-C while detaching was allowed.
  const std::atomic<bool>& flag() const {
    return flag_;
  }

private:
  void run();

  std::atomic<bool> flag_ = false;
  std::atomic<bool> allowed_ = false;
  int signals_ = -1; ///< A signalfd.
  int stop_ = -1;    ///< An eventfd.
  std::thread thread_;
};

/// Waits for a Ctrl-C where there is no `interrupt_watch`; SIGINT is blocked.
/// @returns whether it came within that time.
bool wait_for_interrupt(std::chrono::nanoseconds time);

} // namespace troupe::shell
