#pragma once

#include "nodes/shell/cluster_view.hpp"
#include "nodes/shell/contexts.hpp"
#include "nodes/shell/top_screen.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::shell {

/// Asks the cluster once a second in a thread of its own, so that `top` obeys
/// its keys also while the coordinator is lost.
class top_feed {
public:
  /// What came in since it was taken last.
  struct news {
    std::optional<cluster_view> view;
    std::optional<std::string>
      lost; ///< Why it cannot ask; empty: it can again.
    std::optional<top_subject> about;
    std::vector<std::string> details;
    /// For how long it has waited for the answers to what it asked last.
    std::chrono::milliseconds waited{0};
  };

  top_feed(client from, context target, std::chrono::milliseconds interval);

  /// Does not wait for what is under way.
  ~top_feed();

  top_feed(const top_feed&) = delete;
  top_feed& operator=(const top_feed&) = delete;

  /// Asks about this subject, too, from now on, and at once if it is another
  /// one than before.
  void look_into(const std::optional<top_subject>& about, size_t columns);

  news take();

  /// Waits until the thread has ended, which takes as long as what it asks.
  void finish();

private:
  struct shared;
  static void run(const std::shared_ptr<shared>& state);

  std::shared_ptr<shared> shared_;
};

} // namespace troupe::shell
